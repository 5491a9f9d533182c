import { expect, it } from 'vitest';
import { edgeDefaults, startEdge } from '../testing/edge.ts';
import { eventually } from '../testing/eventually.ts';
import { get, rawClient, startBackend, startRawBackend } from '../testing/sockets.ts';

const REQUEST = 'GET /1 HTTP/1.1\r\nHost: a\r\n\r\n';
const HANDSHAKE =
	'GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n';

if (edgeDefaults.nodeInternals)
	it.each([
		['a request', REQUEST, ['/1']],
		['a request that says that it is the last', get('/1'), ['/1']],
		['an upload', 'POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok', ['/1']],
		['pipelined requests', `${REQUEST}${REQUEST.replace('/1', '/2')}`, ['/1', '/2']],
		['a request in HTTP/1.0', 'GET /1 HTTP/1.0\r\nHost: a\r\n\r\n', ['/1']],
	])('a client that ends its side behind %s gets its answer, and the end', async (_, bytes, answers) => {
		const backend = await startBackend((request, response) => {
			request.resume();
			setTimeout(() => response.end(`<${request.url}>`), 150);
		});
		const { port } = await startEdge({ deployments: { v1: backend } });
		const client = rawClient(port, bytes);
		client.socket.end();
		const text = await client.ended();
		expect([...text.matchAll(/<(.*?)>/g)].map(([, url]) => url)).toEqual(answers);
	});

if (edgeDefaults.nodeInternals)
	it('an answer that takes longer than a client is waited for goes on as long as it moves', async () => {
		const backend = await startBackend((_, response) => {
			let sent = 0;
			const timer = setInterval(() => {
				response.write(`${++sent}\n`);
				if (sent === 6) response.end('end');
				if (sent === 6) clearInterval(timer);
			}, 1_200);
		});
		const { port } = await startEdge({ deployments: { v1: backend } });
		const client = rawClient(port, get('/'));
		client.socket.end();
		await eventually(() => client.text().includes('end'));
	});

it('a client that ends its side behind a handshake gets the answer to it, and its end reaches the backend', async () => {
	const late = await startRawBackend((socket, received) => {
		if (received.endsWith('\r\n\r\n'))
			setTimeout(() => socket.write('HTTP/1.1 101 Go\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello'), 150);
	});
	const { port, edge } = await startEdge({ deployments: { v1: late.port } });
	const client = rawClient(port, HANDSHAKE);
	client.socket.end();
	expect(await client.ended()).toMatch(/^HTTP\/1\.1 101 .*\r\n\r\nhello$/s);
	await eventually(() => edge.context.tunnels.size === 0 && late.sockets[0]!.readableEnded);
});

it('a client that ends its side behind a handshake that is refused gets the refusal', async () => {
	const refusing = await startRawBackend((socket) => {
		setTimeout(() => socket.write('HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno'), 150);
	});
	const { port } = await startEdge({ deployments: { v1: refusing.port } });
	const client = rawClient(port, HANDSHAKE);
	client.socket.end();
	expect(await client.ended()).toMatch(/^HTTP\/1\.1 403 .*no$/s);
});

it('a client that ended its side behind a handshake and is told nothing is let go', async () => {
	const backend = await startRawBackend(() => {});
	const { port, edge } = await startEdge({ deployments: { v1: backend.port } });
	const client = rawClient(port, HANDSHAKE);
	await eventually(() => backend.received.length === 1);
	client.socket.end();
	await eventually(() => backend.sockets[0]!.destroyed);
	expect([...edge.context.upstreams.all()].map(({ sockets }) => sockets)).toEqual([0]);
});

it('what is no HTTP is answered and logged once, however much of it follows, behind an answer that is owed too', async () => {
	const backend = await startRawBackend(() => {});
	const { port, lines, edge } = await startEdge({ deployments: { v1: backend.port } });
	const alone = rawClient(port, 'BAD\r\n\r\n');
	const behind = rawClient(port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\nBAD\r\n\r\n');
	await eventually(() => backend.received.length === 1);
	for (let i = 0; i < 20; i++) {
		for (const { socket } of [alone, behind]) socket.write('more of it');
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
	// Its end would have been a reset: input is left unread.
	expect(alone.socket.closed).toBe(false);
	backend.sockets[0]!.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
	expect((await behind.ended()).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400']);
	expect(alone.text().match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400']);
	expect(edge.context.failures['bad-request']).toBe(2);
	expect(lines).toHaveLength(2);
});
