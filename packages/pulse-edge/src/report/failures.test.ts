import { type AddressInfo, createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { startEdge } from '../testing/edge.ts';
import { eventually } from '../testing/eventually.ts';
import {
	exchange,
	freePort,
	get,
	rawClient,
	startBackend,
	startNamedBackend,
	startRawBackend,
} from '../testing/sockets.ts';

const upgrade =
	'GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n';

it('a dead backend is 502, for requests and websockets', async () => {
	const { port, lines } = await startEdge({ deployments: { v1: await freePort() } });
	for (const bytes of [get('/'), upgrade]) {
		expect(await exchange(port, bytes)).toMatch(/^HTTP\/1\.1 502 .*\{"detail":"deployment unreachable"\}$/s);
	}
	expect(lines.filter((line) => line.cause === 'unreachable')).toHaveLength(2);
});

it('a service without an address is asked for again, then 502', async () => {
	const { port, network } = await startEdge({ deployments: { v1: 1 }, resolveRetryMs: 150 });
	network.services.delete('v1');
	expect(await exchange(port, get('/'))).toMatch(/^HTTP\/1\.1 502 /);
	const backend = await startNamedBackend('v1');
	const late = exchange(port, get('/'));
	network.services.set('v1', { host: '127.0.0.1', port: backend });
	expect(await late).toMatch(/^HTTP\/1\.1 200 /);
});

it('a service that moved is found at its new address within the same request', async () => {
	const { port, network } = await startEdge({ deployments: { v1: await freePort() } });
	const backend = await startNamedBackend('v1');
	network.refresh = () => {
		const moved = network.services.get('v1')!.port !== backend;
		network.services.set('v1', { host: '127.0.0.1', port: backend });
		return moved;
	};
	expect(await exchange(port, get('/'))).toMatch(/^HTTP\/1\.1 200 /);
});

it('a backend that does not accept in time is 504', async () => {
	// An address that swallows connections cannot be had on loopback; a resolver that never answers can.
	const { port } = await startEdge({
		deployments: { v1: 1 },
		connectTimeoutMs: 50,
		network: {
			address: () => ({ host: 'never.test', port: 1 }),
			refresh: () => false,
			lookup: () => {},
		},
	});
	for (const bytes of [get('/'), upgrade]) expect(await exchange(port, bytes)).toMatch(/^HTTP\/1\.1 504 /);
});

it('a backend on which nothing moves for too long is 504, an event stream that speaks now and then is not', async () => {
	const silent = await startRawBackend(() => {});
	const chatty = await startBackend((_, response) => {
		let events = 0;
		const timer = setInterval(() => {
			response.write('data: x\n\n');
			if (++events === 8) {
				clearInterval(timer);
				response.end('end');
			}
		}, 500);
	});
	const { port } = await startEdge({ deployments: { v1: silent.port, v2: chatty }, idleTimeoutMs: 2_000 });
	const [mute, stream] = await Promise.all([
		exchange(port, get('/')),
		exchange(port, get('/', ['x-pulse-deployment: v2'])),
	]);
	expect(mute).toMatch(/^HTTP\/1\.1 504 .*"deployment did not answer in time"/s);
	expect(stream).toContain('end');
});

it('a backend that closes before it answers is 502', async () => {
	const backend = await startRawBackend((socket) => socket.destroy());
	const { port } = await startEdge({ deployments: { v1: backend.port } });
	for (const bytes of [get('/'), upgrade]) {
		expect(await exchange(port, bytes)).toMatch(/^HTTP\/1\.1 502 .*"deployment closed the connection"/s);
	}
	expect(backend.sockets).toHaveLength(2);
});

it.each([
	'hello\r\n\r\n',
	'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx',
	'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
	'HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n',
	'HTTP/1.1 200 OK\nContent-Length: 0\n\n\r\n\r\n',
	'HTTP/1.1 200 OK\r\nX: a\x00b\r\n\r\n',
	'HTTP/2 200 OK\r\n\r\n',
])('a backend that answers %j is 502', async (response) => {
	const backend = await startRawBackend((socket) => socket.write(response, 'latin1'));
	const { port } = await startEdge({ deployments: { v1: backend.port } });
	expect(await exchange(port, get('/'))).toMatch(/^HTTP\/1\.1 502 .*"deployment sent an invalid response"/s);
});

it('a slow client is told 408', async () => {
	const { port } = await startEdge({ headersTimeoutMs: 100, active: null });
	expect(await rawClient(port, 'GET / HTTP/1.1\r\nHost:').ended()).toMatch(/^HTTP\/1\.1 408 /);
});

it('a client that stops within its body is told 408; while a backend that stops reading it is 504', async () => {
	const reading = await startRawBackend(() => {});
	const deaf = createServer((socket) => void socket.on('error', () => {}).pause());
	await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve));
	onTestFinished(() => void deaf.close());
	const { port } = await startEdge({
		deployments: { v1: reading.port, v2: (deaf.address() as AddressInfo).port },
		idleTimeoutMs: 1_000,
	});
	const post = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50000000\r\n';
	const slow = rawClient(port, `${post}\r\nfirst`);
	const quick = rawClient(port, `${post}X-Pulse-Deployment: v2\r\n\r\n`);
	quick.socket.write(Buffer.alloc(50_000_000));
	expect(await slow.until('}')).toMatch(/^HTTP\/1\.1 408 .*"request timeout"/s);
	expect(await quick.until('}')).toMatch(/^HTTP\/1\.1 504 /);
});

it('beyond the connection limit requests wait for a place, and get 503 when none comes (R2.16)', async () => {
	const held: (() => void)[] = [];
	const backend = await startBackend((_, response) => void held.push(() => response.end('done')));
	const { port } = await startEdge({ deployments: { v1: backend }, connectionLimit: 2, connectTimeoutMs: 500 });
	const first = [exchange(port, get('/1')), exchange(port, get('/2'))];
	await eventually(() => held.length === 2);
	expect(await exchange(port, get('/3'))).toMatch(
		/^HTTP\/1\.1 503 .*retry-after: 1\r\n.*"router connection limit reached"/s,
	);
	const waiting = exchange(port, get('/4'));
	held[0]!();
	await eventually(() => held.length === 3);
	held[1]!();
	held[2]!();
	for (const answer of await Promise.all([...first, waiting])) expect(answer).toMatch(/^HTTP\/1\.1 200 /);
});

it('an idle connection to one deployment makes room for another', async () => {
	const { port } = await startEdge({
		deployments: { v1: await startNamedBackend('v1'), v2: await startNamedBackend('v2') },
		connectionLimit: 1,
	});
	for (const id of ['v1', 'v2', 'v1', 'v2']) {
		expect(await exchange(port, get('/', [`x-pulse-deployment: ${id}`]))).toContain(`"name":"${id}"`);
	}
});
