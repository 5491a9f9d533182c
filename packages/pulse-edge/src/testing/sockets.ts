import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A backend on a free port, closed with the test. */
export async function startBackend(listener: RequestListener, prepare?: (server: Server) => void): Promise<number> {
	const server = createServer(listener);
	prepare?.(server);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	onTestFinished(() => {
		server.close();
		server.closeAllConnections();
	});
	return (server.address() as AddressInfo).port;
}

/** A port on which no server listens. */
export async function freePort(): Promise<number> {
	const server = createTcpServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	await new Promise((resolve) => server.close(resolve));
	return port;
}

/** Answers with who it is and what it was asked. */
export function startNamedBackend(name: string): Promise<number> {
	return startBackend((request, response) => {
		response.setHeader('content-type', 'application/json');
		response.end(JSON.stringify({ name, url: request.url, method: request.method }));
	});
}

/** A backend of bare sockets: shows every byte that reaches it and answers with whatever `onData` writes. */
export async function startRawBackend(
	onData: (socket: Socket, received: string, connection: number) => void,
): Promise<{ port: number; received: string[]; sockets: Socket[] }> {
	const received: string[] = [];
	const sockets: Socket[] = [];
	const server = createTcpServer((socket) => {
		const index = sockets.push(socket) - 1;
		received.push('');
		socket.on('error', () => {});
		socket.on('data', (chunk) => {
			received[index] += chunk.toString('latin1');
			onData(socket, received[index]!, index);
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	onTestFinished(() => {
		server.close();
		for (const socket of sockets) socket.destroy();
	});
	return { port: (server.address() as AddressInfo).port, received, sockets };
}

/** A lenient backend: takes any head for a request and answers 200 to each, so that an attack that gets here shows. */
export function startLenientBackend(): ReturnType<typeof startRawBackend> {
	const answered = new Map<number, number>();
	return startRawBackend((socket, received, connection) => {
		const heads = received.split(/\r?\n\r?\n/).length - 1;
		for (let i = answered.get(connection) ?? 0; i < heads; i++) {
			socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
		}
		answered.set(connection, heads);
	});
}

export interface RawClient {
	readonly socket: Socket;
	/** All that came, latin1. */
	text(): string;
	/** Waits until what came matches, or the other side ended. */
	until(pattern: RegExp | string): Promise<string>;
	ended(): Promise<string>;
}

/** A TCP client that sends exactly these bytes. */
export function rawClient(port: number, bytes: string | Buffer = ''): RawClient {
	const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
	let text = '';
	let over = false;
	let wake = () => {};
	socket.on('data', (chunk) => {
		text += chunk.toString('latin1');
		wake();
	});
	const end = () => {
		over = true;
		wake();
	};
	socket.on('end', end);
	socket.on('error', end);
	socket.on('close', end);
	if (bytes.length > 0) socket.write(bytes, 'latin1' as never);
	onTestFinished(() => void socket.destroy());
	const wait = async (condition: () => boolean) => {
		const deadline = Date.now() + 8_000;
		while (!condition() && !over) {
			if (Date.now() > deadline)
				throw new Error(`waited in vain; got ${text.length} bytes: ${JSON.stringify(text.slice(0, 500))}`);
			await new Promise<void>((resolve) => {
				const timer = setTimeout(resolve, 100);
				wake = () => {
					clearTimeout(timer);
					resolve();
				};
			});
		}
		return text;
	};
	return {
		socket,
		text: () => text,
		until: (pattern) => wait(() => (typeof pattern === 'string' ? text.includes(pattern) : pattern.test(text))),
		ended: () => wait(() => false),
	};
}

/** Writes `piece` again and again, as fast as it is taken, until `most` bytes or the end; tells how many were taken. */
export function writeOn(socket: Socket, piece: string, most = Number.POSITIVE_INFINITY): () => number {
	let taken = 0;
	const next = () => {
		if (socket.writable && taken < most) socket.write(piece, 'latin1', more);
	};
	const more = (error?: Error | null) => {
		if (error) return;
		taken += piece.length;
		next();
	};
	next();
	return () => taken;
}

/** Sends one request and returns all that came until the connection ended. The request should say `Connection: close`. */
export function exchange(port: number, bytes: string | Buffer): Promise<string> {
	return rawClient(port, bytes).ended();
}

/** A request with a body's worth of defaults: `get('/x', ['X-A: 1'])`. */
export function get(target: string, headers: readonly string[] = [], method = 'GET'): string {
	return `${[`${method} ${target} HTTP/1.1`, 'Host: app.test', ...headers, 'Connection: close'].join('\r\n')}\r\n\r\n`;
}

export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
	const pieces: Buffer[] = [];
	for await (const piece of request) pieces.push(piece);
	return Buffer.concat(pieces);
}
