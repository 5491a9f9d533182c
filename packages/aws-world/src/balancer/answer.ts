import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

export interface OwnAnswer {
	readonly status: number;
	readonly contentType: string;
	readonly body: string;
}

/** What the load balancer says itself: fixed responses and its 502, 503 and 504. */
export function answer(response: ServerResponse, { status, contentType, body }: OwnAnswer): void {
	response.writeHead(status, {
		server: 'awselb/2.0',
		'content-type': contentType,
		'content-length': Buffer.byteLength(body),
	});
	response.end(response.req.method === 'HEAD' ? undefined : body);
}

/** The same to a client that asked for a websocket. */
export function answerSocket(socket: Socket, status: number): void {
	socket.end(
		`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nserver: awselb/2.0\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
	);
}
