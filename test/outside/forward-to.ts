import { request } from 'node:http';
import type { Server } from 'node:https';
import type { Socket } from 'node:net';

/** Lets `server` answer with what `platform` answers, websockets included. */
export function forwardTo(platform: URL, server: Server): void {
	const ask = (path = '/', method = 'GET', headers = {}) =>
		request({
			host: platform.hostname,
			port: platform.port,
			path,
			method,
			headers: { ...headers, host: platform.host },
		});
	server.on('request', (incoming, response) => {
		const { url, method, headers } = incoming;
		const onward = ask(url, method, headers);
		onward.on('response', (answer) => {
			response.writeHead(answer.statusCode ?? 502, answer.headers);
			answer.pipe(response);
		});
		onward.on('error', (error) => response.destroy(error));
		incoming.pipe(onward);
	});
	server.on('upgrade', ({ url, headers }, socket: Socket, head: Buffer) => {
		const onward = ask(url, 'GET', headers);
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
