import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { askBy } from './ask-by.ts';
import { HOP_HEADER } from './hop.ts';
import { passedHead } from './passed-head.ts';

/** Passes an upgrade to another task by this connection; from its answer on, bytes pass both ways untouched. */
export function passSocket(request: IncomingMessage, socket: Socket, head: Buffer, by: Socket, proof: string): void {
	const { upgrade = 'websocket' } = request.headers;
	const outgoing = askBy(by, {
		method: request.method,
		path: request.url,
		headers: passedHead(request, ['Connection', 'Upgrade', 'Upgrade', upgrade, HOP_HEADER, proof]),
	});
	socket.once('close', () => by.destroy());
	outgoing.on('upgrade', (incoming, upstream: Socket, early: Buffer) => {
		socket.write(headOf(incoming, incoming.rawHeaders));
		socket.write(early);
		upstream.write(head);
		upstream.once('error', () => socket.destroy());
		// What it was written leaves first.
		upstream.once('close', () => socket.destroySoon());
		socket.pipe(upstream).pipe(socket);
	});
	outgoing.on('response', (incoming) => {
		socket.write(headOf(incoming, passedHead(incoming, ['Connection', 'close'])));
		incoming.once('error', () => socket.destroy());
		// What the client sends is not read any more, so that its end would never be heard.
		incoming.once('end', () => socket.destroySoon());
		incoming.pipe(socket);
	});
	outgoing.on('error', () => socket.destroy());
	outgoing.end();
}

function headOf({ statusCode, statusMessage }: IncomingMessage, headers: readonly string[]): string {
	let text = `HTTP/1.1 ${statusCode} ${statusMessage}\r\n`;
	for (let at = 0; at < headers.length; at += 2) text += `${headers[at]}: ${headers[at + 1]}\r\n`;
	return `${text}\r\n`;
}
