import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ServerOptions, WebSocket, WebSocketServer } from 'ws';
import { startEdge } from '../testing/edge.ts';
import { eventually, standsStill } from '../testing/eventually.ts';
import { exchange, rawClient, startRawBackend } from '../testing/sockets.ts';

/** Echoes; tells its name and what it was asked for on `who`. */
async function startEcho(
	name: string,
	options: ServerOptions = {},
): Promise<{ port: number; server: WebSocketServer }> {
	const http = createServer((_, response) => response.writeHead(426).end('upgrade'));
	const server = new WebSocketServer({ server: http, maxPayload: 64 * 1024 * 1024, ...options });
	server.on('connection', (socket, request) => {
		socket.on('error', () => {});
		socket.on('message', (data, binary) => {
			if (String(data) === 'who') socket.send(JSON.stringify({ name, url: request.url, headers: request.headers }));
			else if (String(data) === 'bye') socket.close(4321, 'as agreed');
			else socket.send(data, { binary });
		});
	});
	await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
	onTestFinished(() => {
		for (const socket of server.clients) socket.terminate();
		http.close();
		http.closeAllConnections();
	});
	return { port: (http.address() as AddressInfo).port, server };
}

async function open(port: number, path: string, protocols: string[] = [], headers = {}): Promise<WebSocket> {
	const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, { headers, maxPayload: 64 * 1024 * 1024 });
	onTestFinished(() => socket.terminate());
	await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
	return socket;
}

const next = (socket: WebSocket) =>
	new Promise<Buffer>((resolve) => socket.once('message', (data) => resolve(data as Buffer)));
const closed = (socket: WebSocket) =>
	new Promise<{ code: number; reason: string }>((resolve) =>
		socket.once('close', (code, reason) => resolve({ code, reason: String(reason) })),
	);

const HANDSHAKE = (target: string, more = '') =>
	`GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n${more}\r\n`;

describe('a websocket', () => {
	it('keeps path, query, headers and subprotocol, and learns who answered (R3.1, R3.3, R3.4)', async () => {
		const backend = await startEcho('v1', { handleProtocols: (offered) => [...offered].at(-1)! });
		const { port } = await startEdge({ deployments: { v1: backend.port } });
		const socket = await open(port, '/a%2Fb?x=1&pulse_deployment=v1', ['one', 'two'], {
			cookie: 's=1',
			origin: 'http://o',
		});
		expect(socket.protocol).toBe('two');
		socket.send('who');
		const { url, headers } = JSON.parse(String(await next(socket)));
		expect(url).toBe('/a%2Fb?x=1&pulse_deployment=v1');
		expect(headers).toMatchObject({ cookie: 's=1', origin: 'http://o', 'x-forwarded-for': '127.0.0.1' });
		const raw = rawClient(port, HANDSHAKE('/'));
		expect(await raw.until('\r\n\r\n')).toMatch(/^HTTP\/1\.1 101 .*x-pulse-selected-deployment: v1\r\n/s);
	});

	it('passes text, binary, compressed and huge messages, pings and pongs (R3.6)', async () => {
		const backend = await startEcho('v1', { perMessageDeflate: true });
		const { port } = await startEdge({ deployments: { v1: backend.port } });
		const socket = await open(port, '/');
		expect(socket.extensions).toContain('permessage-deflate');
		socket.send('hällo');
		expect(String(await next(socket))).toBe('hällo');
		const huge = Buffer.from(Array.from({ length: 9_000_000 }, (_, i) => (i * 31) % 256));
		socket.send(huge);
		expect((await next(socket)).equals(huge)).toBe(true);
		const pong = new Promise((resolve) => socket.once('pong', (data) => resolve(String(data))));
		socket.ping('p');
		expect(await pong).toBe('p');
	});

	it('keeps close codes and reasons both ways', async () => {
		const backend = await startEcho('v1');
		const { port, edge } = await startEdge({ deployments: { v1: backend.port } });
		const told = await open(port, '/');
		const end = closed(told);
		told.send('bye');
		expect(await end).toEqual({ code: 4321, reason: 'as agreed' });
		const leaving = await open(port, '/');
		const atBackend = closed([...backend.server.clients].at(-1)!);
		leaving.close(4000, 'mine');
		expect(await atBackend).toEqual({ code: 4000, reason: 'mine' });
		await eventually(() => edge.context.tunnels.size === 0);
		expect([...edge.context.upstreams.all()][0]!.sockets).toBe(0);
	});

	it('ends on one side when the other is cut (R3.6)', async () => {
		const backend = await startEcho('v1');
		const { port } = await startEdge({ deployments: { v1: backend.port } });
		const socket = await open(port, '/');
		const end = closed(socket);
		[...backend.server.clients][0]!.terminate();
		expect((await end).code).toBe(1006);
		const other = await open(port, '/');
		const atBackend = closed([...backend.server.clients].at(-1)!);
		other.terminate();
		await atBackend;
	});

	it('is refused as the backend refuses it', async () => {
		const backend = await startRawBackend((socket) =>
			socket.write('HTTP/1.1 403 Nope\r\nX-Why: no\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsay!\r\n0\r\n\r\n'),
		);
		const { port } = await startEdge({ deployments: { v1: backend.port } });
		const answer = await exchange(port, HANDSHAKE('/'));
		expect(answer).toMatch(/^HTTP\/1\.1 403 Nope\r\n.*X-Why: no\r\n.*4\r\nsay!\r\n0\r\n\r\n$/s);
		await eventually(() => backend.sockets[0]!.destroyed);
	});

	it('a refusal without end, to a client that does not read, fills no memory', async () => {
		let sent = 0;
		const backend = await startRawBackend((socket) => {
			socket.write('HTTP/1.1 403 Nope\r\n\r\n');
			const piece = Buffer.alloc(1_000_000);
			const fill = () => {
				do sent += piece.length;
				while (socket.write(piece) && sent < 400_000_000);
			};
			socket.on('drain', fill);
			fill();
		});
		const { port } = await startEdge({ deployments: { v1: backend.port } });
		const client = rawClient(port, HANDSHAKE('/'));
		await client.until('403');
		client.socket.pause();
		expect(await standsStill(() => sent)).toBeLessThan(60_000_000);
	});

	it('a refusal that is cut off is not handed out as a whole one', async () => {
		const backend = await startRawBackend((socket) => {
			socket.write('HTTP/1.1 403 Nope\r\n\r\nhalf');
		});
		const { port } = await startEdge({ deployments: { v1: backend.port } });
		const client = rawClient(port, HANDSHAKE('/'));
		let failed = '';
		client.socket.on('error', (error: NodeJS.ErrnoException) => {
			failed = error.code ?? '';
		});
		await client.until('half');
		backend.sockets[0]!.resetAndDestroy();
		await client.ended();
		expect(failed).toBe('ECONNRESET');
	});

	it('an acceptance carries no length, which would make its reader wait for a body', async () => {
		const backend = await startRawBackend((socket) =>
			socket.write(
				'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 5\r\nX-A: b\r\n\r\n',
			),
		);
		const { port } = await startEdge({ deployments: { v1: backend.port } });
		const answer = await rawClient(port, HANDSHAKE('/')).until('\r\n\r\n');
		expect(answer).toContain('X-A: b\r\n');
		expect(answer.toLowerCase()).not.toContain('content-length');
	});

	it('is not accepted before the backend accepts (R3.5)', async () => {
		const backend = await startRawBackend(() => {});
		const { port } = await startEdge({ deployments: { v1: backend.port } });
		const client = rawClient(port, HANDSHAKE('/'));
		await eventually(() => backend.received[0]?.endsWith('\r\n\r\n') === true);
		expect(client.text()).toBe('');
		client.socket.destroy();
		await eventually(() => backend.sockets[0]!.destroyed);
	});

	it('passes on what a client says before it is accepted, in order and once', async () => {
		let accept = () => {};
		const backend = await startRawBackend((socket, received) => {
			const echoed = received.split('\r\n\r\n')[1] ?? '';
			if (echoed.endsWith('.')) socket.write(echoed);
			accept = () =>
				socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
		});
		const { port } = await startEdge({ deployments: { v1: backend.port } });
		const client = rawClient(port, `${HANDSHAKE('/')}with it, `);
		await eventually(() => backend.received[0]?.endsWith('\r\n\r\n') === true);
		const behind = `${'before it, '.repeat(20_000)}`;
		client.socket.write(behind);
		await eventually(() => client.socket.writableLength === 0);
		accept();
		await client.until('\r\n\r\n');
		client.socket.write('after it.');
		const text = await client.until(/after it\.$/);
		const echoed = text.slice(text.indexOf('\r\n\r\n') + 4).split(', ');
		expect(echoed.length).toBe(20_002);
		expect([echoed[0], new Set(echoed.slice(1, -1)), echoed.at(-1)]).toEqual([
			'with it',
			new Set(['before it']),
			'after it.',
		]);
	});

	it('with a stale id is refused, unless it asked to reload: then the active deployment tells it to (R3.2)', async () => {
		const backend = await startEcho('v2');
		const { port } = await startEdge({ deployments: { v2: backend.port } });
		expect(await exchange(port, HANDSHAKE('/?pulse_deployment=v1', 'Origin: http://o\r\n'))).toMatch(
			/^HTTP\/1\.1 409 .*x-pulse-stale-affinity: 1\r\naccess-control-allow-origin: http:\/\/o\r\n/s,
		);
		expect(await exchange(port, HANDSHAKE('/?pulse_deployment=v1&pulse_reload_on_stale_affinity=yes'))).toMatch(
			/^HTTP\/1\.1 409 /,
		);
		const socket = await open(port, '/?pulse_deployment=v1&pulse_reload_on_stale_affinity=1');
		socket.send('who');
		expect(JSON.parse(String(await next(socket))).name).toBe('v2');
	});

	it('without any active deployment is 503, with an unknown id 404', async () => {
		const { port } = await startEdge({ active: null });
		expect(await exchange(port, HANDSHAKE('/'))).toMatch(/^HTTP\/1\.1 503 /);
		expect(await exchange(port, HANDSHAKE('/?pulse_deployment=v1&pulse_reload_on_stale_affinity=1'))).toMatch(
			/^HTTP\/1\.1 404 /,
		);
	});

	it('cannot be used to smuggle requests past a refused upgrade', async () => {
		const backend = await startRawBackend((socket) =>
			socket.write('HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n'),
		);
		const { port } = await startEdge({ deployments: { v1: backend.port } });
		const client = rawClient(port, `${HANDSHAKE('/')}GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n`);
		expect(await client.ended()).toMatch(/^HTTP\/1\.1 426 /);
		expect(backend.received.join('')).not.toContain('hidden');
	});

	it('a slow reader slows its writer down', async () => {
		const backend = await startEcho('v1');
		const { port, edge } = await startEdge({ deployments: { v1: backend.port } });
		const socket = await open(port, '/');
		socket.pause();
		const server = [...backend.server.clients][0]!;
		const piece = Buffer.alloc(1_000_000);
		for (let i = 0; i < 200; i++) server.send(piece);
		const passed = () => [...edge.context.upstreams.all()][0]!.bytesOut;
		expect(await standsStill(passed)).toBeLessThan(60_000_000);
	});
});
