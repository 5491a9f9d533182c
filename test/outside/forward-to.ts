import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import type { Server } from 'node:https';
import type { Socket } from 'node:net';

/**
 * Lets `server` answer with what `platform` answers, websockets included. `said`: what it says of a request besides, by default
 * the platform's own name.
 */
export function forwardTo(
	platform: URL,
	server: Server,
	said: (incoming: IncomingMessage) => OutgoingHttpHeaders = () => ({ host: platform.host }),
): void {
	const ask = (incoming: IncomingMessage) =>
		request({
			host: platform.hostname,
			port: platform.port,
			path: incoming.url ?? '/',
			method: incoming.method ?? 'GET',
			headers: { ...incoming.headers, ...said(incoming) },
		});
	server.on('request', (incoming, response) => {
		const onward = ask(incoming);
		onward.on('response', (answer) => {
			response.writeHead(answer.statusCode ?? 502, answer.headers);
			answer.pipe(response);
		});
		onward.on('error', (error) => response.destroy(error));
		response.on('close', () => onward.destroy());
		incoming.pipe(onward);
	});
	server.on('upgrade', (incoming, socket: Socket, head: Buffer) => {
		const onward = ask(incoming);
		onward.on('response', (answer) => {
			socket.end(`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\nconnection: close\r\n\r\n`);
			answer.resume();
		});
		onward.on('upgrade', (answer, backend, first) => {
			const lines = answer.rawHeaders.map((part, at) => (at % 2 === 0 ? `${part}: ` : `${part}\r\n`)).join('');
			socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines}\r\n`);
			backend.unshift(first);
			socket.unshift(head);
			backend.pipe(socket).pipe(backend);
			backend.on('error', () => socket.destroy());
			socket.on('error', () => backend.destroy());
		});
		onward.on('error', () => socket.destroy());
		onward.end();
	});
}
