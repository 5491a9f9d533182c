import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { askBy } from './ask-by.ts';
import { HOP_HEADER } from './hop.ts';
import { passedHead } from './passed-head.ts';

/** As much as an app takes, and what proxies on the way add. */
const MAX_HEAD_BYTES = 73_728;

/** Passes a request, of which nothing was read yet, to another task by this connection: streams both ways, each at its pace. */
export function passRequest(request: IncomingMessage, response: ServerResponse, by: Socket, proof: string): void {
	const outgoing = askBy(by, {
		method: request.method,
		path: request.url,
		headers: passedHead(request, [...framing(request), 'Connection', 'close', HOP_HEADER, proof]),
		maxHeaderSize: MAX_HEAD_BYTES,
	});
	response.once('close', () => outgoing.destroy());
	outgoing.on('response', (incoming) => {
		// The rest of a body that the other task did not want would be taken for the next request.
		const last = request.complete ? [] : ['Connection', 'close'];
		response.writeHead(incoming.statusCode ?? 502, incoming.statusMessage, passedHead(incoming, last));
		// An event stream may have nothing to say yet.
		response.flushHeaders();
		// An answer that ends early must not look complete to the client.
		incoming.once('error', () => response.destroy());
		incoming.pipe(response);
	});
	outgoing.on('error', () => {
		if (response.writableEnded) return;
		if (response.headersSent) response.destroy();
		else response.writeHead(502, { 'cache-control': 'no-store', connection: 'close' }).end();
	});
	request.pipe(outgoing);
}

/** To requests of all other methods Node would add a body of no chunks. */
const WITHOUT_BODY = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE']);

/** How the body is delimited; Node has read it out of its chunks. */
function framing({ method = '', headers }: IncomingMessage): string[] {
	if (headers['transfer-encoding'] !== undefined) return ['Transfer-Encoding', 'chunked'];
	return headers['content-length'] === undefined && !WITHOUT_BODY.has(method) ? ['Content-Length', '0'] : [];
}
