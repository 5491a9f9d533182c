import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Target } from './edge.ts';
import { failure } from './failure.ts';
import { handshakeHeaders } from './headers.ts';

/** Websockets: the handshake goes on with the edge's headers, after that bytes pass both ways. */
export function forwardUpgrade(target: Target, request: IncomingMessage, client: Duplex, head: Buffer): void {
	client.on('error', () => client.destroy());
	if (typeof target !== 'number') {
		refuse(client, target === null ? 'no-deployment' : 'no-answer');
		return;
	}
	const upstream = connect({ host: '127.0.0.1', port: target });
	let connected = false;
	upstream.on('connect', () => {
		connected = true;
		upstream.setNoDelay(true);
		upstream.write(handshake(request), 'latin1');
		if (head.length > 0) upstream.write(head);
		upstream.pipe(client);
		client.pipe(upstream);
	});
	upstream.on('error', () => (connected ? client.destroy() : refuse(client, 'no-answer')));
	client.on('close', () => upstream.destroy());
}

function handshake(request: IncomingMessage): string {
	const headers = handshakeHeaders(request);
	const lines = [`${request.method} ${request.url} HTTP/1.1`];
	for (let i = 0; i < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`);
	return `${lines.join('\r\n')}\r\n\r\n`;
}

function refuse(client: Duplex, kind: Parameters<typeof failure>[0]): void {
	const { status, reason, type, body } = failure(kind);
	const head = [`HTTP/1.1 ${status} ${reason}`, `Content-Type: ${type}`, `Content-Length: ${Buffer.byteLength(body)}`];
	client.end(`${head.join('\r\n')}\r\nConnection: close\r\n\r\n${body}`);
}
