import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { WorldClock } from '../clock/world-clock.ts';
import { answerSocket } from './answer.ts';
import type { Chosen } from './balancer.ts';
import { requestHeaders, responseHeaders } from './forward-headers.ts';

/** Rules were asked once, for the upgrade; from here it is one connection to one target, whatever the rules become. */
export function forwardWebsocket(
	request: IncomingMessage,
	socket: Socket,
	early: Buffer,
	{ target, group, cookies }: Chosen,
	clock: WorldClock,
): void {
	const [host, port] = target.address.split(':');
	const outgoing = httpRequest({
		host,
		port,
		method: request.method,
		path: request.url,
		headers: requestHeaders(request, { connection: 'Upgrade', upgrade: request.headers.upgrade ?? 'websocket' }),
		agent: false,
		setHost: false,
	});
	outgoing.on('upgrade', (incoming, upstream: Socket, upstreamEarly) => {
		group.counts.answered(101, clock.now());
		const connection = { cut: () => upstream.destroy() };
		target.connections.add(connection);
		socket.write(
			head(incoming, [...responseHeaders(incoming, cookies), 'connection', 'Upgrade', 'upgrade', 'websocket']),
		);
		socket.write(upstreamEarly);
		upstream.write(early);
		socket.pipe(upstream).pipe(socket);
		upstream.on('error', () => socket.destroy());
		upstream.on('close', () => {
			target.connections.delete(connection);
			socket.destroySoon();
		});
		socket.on('close', () => upstream.destroy());
	});
	outgoing.on('response', (incoming) => {
		group.counts.answered(incoming.statusCode ?? 502, clock.now());
		socket.write(head(incoming, [...responseHeaders(incoming, cookies), 'connection', 'close']));
		incoming.on('data', (chunk: Buffer) => socket.write(chunk));
		incoming.on('end', () => socket.end());
		incoming.on('error', () => socket.destroy());
	});
	outgoing.on('error', () => {
		group.counts.refused(clock.now());
		answerSocket(socket, 502);
	});
	outgoing.end();
}

function head(message: IncomingMessage, headers: readonly string[]): string {
	let text = `HTTP/1.1 ${message.statusCode} ${message.statusMessage}\r\n`;
	for (let at = 0; at < headers.length; at += 2) {
		// The body is passed on already taken out of its chunks, and ends with the connection.
		if (headers[at]?.toLowerCase() !== 'transfer-encoding') text += `${headers[at]}: ${headers[at + 1]}\r\n`;
	}
	return `${text}\r\n`;
}
