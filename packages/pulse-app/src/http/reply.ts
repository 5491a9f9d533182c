import type { ServerResponse } from 'node:http';

export function replyJson(response: ServerResponse, status: number, body: unknown): void {
	const text = JSON.stringify(body);
	response.writeHead(status, {
		'content-type': 'application/json',
		'content-length': Buffer.byteLength(text),
		'cache-control': 'no-store',
	});
	response.end(text);
}

export function replyEmpty(response: ServerResponse, status: number): void {
	response.writeHead(status, { 'cache-control': 'no-store' }).end();
}
