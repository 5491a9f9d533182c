import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { edgeDefaults, startEdge } from '../testing/edge.ts';
import { eventually, standsStill } from '../testing/eventually.ts';
import { exchange, get, rawClient, startBackend, startRawBackend } from '../testing/sockets.ts';

const REQUEST = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

it('a flood of pipelined requests behind a slow one is no longer read', async () => {
	let parsed = 0;
	const count = () => parsed++;
	subscribe('http.server.request.start', count);
	onTestFinished(() => void unsubscribe('http.server.request.start', count));
	const backend = await startRawBackend(() => {});
	const { port } = await startEdge({ deployments: { v1: backend.port } });
	// Two at once, so that Node's parser counts what follows.
	const client = rawClient(port, REQUEST + REQUEST);
	await eventually(() => backend.received.length === 1);
	const flood = 20_000;
	client.socket.write(REQUEST.repeat(flood));
	expect(await standsStill(() => parsed)).toBeLessThan(flood / 2);
});

it('a connection that was paused for its flood goes on when its turn comes', async () => {
	const backend = await startBackend((request, response) => {
		if (request.url === '/slow') setTimeout(() => response.end('slow'), 200);
		else response.end(request.url);
	});
	const { port } = await startEdge({ deployments: { v1: backend } });
	let text = get('/slow').replace('Connection: close\r\n', '');
	// Long ones, so that they take several reads.
	for (let i = 0; i < 300; i++) text += `GET /${i} HTTP/1.1\r\nHost: a\r\nX-A: ${'a'.repeat(1_000)}\r\n\r\n`;
	const answer = await exchange(port, text + get('/last'));
	const bodies = [...answer.matchAll(/\r\n\r\n(slow|\/\d+|\/last)/g)].map(([, body]) => body);
	expect(bodies).toEqual(['slow', ...Array.from({ length: 300 }, (_, i) => `/${i}`), '/last']);
});

if (edgeDefaults.nodeInternals)
	it('answers that nobody reads are not asked for: one packet of requests fills no memory', async () => {
		const body = 'a'.repeat(50_000);
		let asked = 0;
		const backend = await startRawBackend((socket, received) => {
			if (!received.endsWith('\r\n\r\n')) return;
			asked++;
			socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
		});
		const { port } = await startEdge({ deployments: { v1: backend.port } });
		const client = rawClient(port);
		client.socket.pause();
		client.socket.write(REQUEST.repeat(2_000));
		expect(await standsStill(() => asked)).toBeLessThan(400);
	});

if (edgeDefaults.nodeInternals)
	it('what follows a declined upgrade is served or refused with the connection, never lost', async () => {
		const backend = await startBackend((request, response) => response.end(request.url));
		const { port } = await startEdge({ deployments: { v1: backend } });
		const offer = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n';
		const answer = await exchange(port, `GET /first HTTP/1.1\r\nHost: a\r\n${offer}\r\n${get('/second')}`);
		expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
		expect(answer).toMatch(/\r\nConnection: close\r\n\r\n\/first$/);
	});

it('what a client says behind a handshake that waits behind many requests reaches its backend', async () => {
	const held: Socket[] = [];
	const backend = await startRawBackend((socket, received) => {
		if (received.includes('Upgrade')) {
			if (received.endsWith('\r\n\r\n'))
				socket.write('HTTP/1.1 101 Go\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
		} else if (held.length === 0) held.push(socket);
		else socket.write(ANSWER);
	});
	const { port } = await startEdge({ deployments: { v1: backend.port } });
	const handshake = 'GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
	const client = rawClient(port, `${REQUEST.repeat(40)}${handshake}`);
	await eventually(() => held.length === 1);
	client.socket.write('early');
	await new Promise((resolve) => setTimeout(resolve, 50));
	held[0]!.write(ANSWER);
	await client.until('101');
	client.socket.write('-late');
	await eventually(() => backend.received.some((text) => text.endsWith('-late')));
	expect(backend.received.find((text) => text.endsWith('-late'))).toMatch(/\r\n\r\nearly-late$/);
});

if (edgeDefaults.nodeInternals)
	it('a connection on which more waits than may is answered what it has, in order, and closed', async () => {
		let answer = () => {};
		const backend = await startBackend((request, response) => {
			if (request.url === '/slow') answer = () => response.end('slow');
			else response.end(request.url);
		});
		const { port } = await startEdge({ deployments: { v1: backend } });
		let flood = 'GET /slow HTTP/1.1\r\nHost: a\r\n\r\n';
		for (let i = 0; i < 5_000; i++) flood += `GET /${i} HTTP/1.1\r\nHost: a\r\n\r\n`;
		const client = rawClient(port, flood);
		await eventually(() => answer.toString().includes('slow'));
		// It goes on all the while: what is read and dropped must not reset the connection under its answers.
		const more = setInterval(() => client.socket.write(REQUEST.repeat(100)), 5);
		onTestFinished(() => clearInterval(more));
		await new Promise((resolve) => setTimeout(resolve, 100));
		answer();
		const text = await client.ended();
		const bodies = [...text.matchAll(/\r\n\r\n(slow|\/\d+)/g)].map(([, body]) => body);
		expect(bodies).toEqual(['slow', ...Array.from({ length: 256 }, (_, i) => `/${i}`)]);
		expect(text).not.toContain('400');
	});

if (edgeDefaults.nodeInternals)
	it.each([
		['heads', (i: number) => `GET /${i} HTTP/1.1\r\nHost: a\r\nX-A: ${'a'.repeat(40_000)}\r\n\r\n`.repeat(20)],
		['a body', (i: number) => `POST /${i} HTTP/1.1\r\nHost: a\r\nContent-Length: 400000\r\n\r\n${'a'.repeat(300_000)}`],
	])('long %s that wait are counted by their bytes: beyond 8 MB of all connections none waits', async (_, waiting) => {
		let answering = false;
		const backend = await startRawBackend((socket) => void (answering && socket.write(ANSWER)));
		const { port, edge } = await startEdge({ deployments: { v1: backend.port } });
		const clients = Array.from({ length: 60 }, (_, i) => rawClient(port, `${REQUEST}${waiting(i)}`));
		await eventually(() => edge.context.exchanges.size === clients.length);
		for (const { socket } of clients) socket.write(REQUEST.repeat(10));
		const before = process.memoryUsage().arrayBuffers;
		await new Promise((resolve) => setTimeout(resolve, 300));
		expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000);
		for (const socket of backend.sockets) socket.write(ANSWER);
		// Those that were not let in get the one answer that they were owed, and the end.
		const closed = await Promise.all(clients.slice(-20).map((client) => client.ended()));
		for (const text of closed) expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200']);
		for (const { socket } of clients) socket.destroy();
		await eventually(() => edge.context.exchanges.size === 0);
		// What was held is given back: the next one may wait again.
		answering = true;
		const next = rawClient(port, REQUEST.repeat(2));
		await eventually(() => next.text().match(/200 OK/g)?.length === 2);
	});

it('an answer that is owed before a waiting handshake goes on when its client reads again', async () => {
	const size = 3_000_000;
	const backend = await startBackend((_, response) => response.end('a'.repeat(size)));
	const { port } = await startEdge({ deployments: { v1: backend } });
	const client = rawClient(port);
	client.socket.pause();
	client.socket.write(`${REQUEST}GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
	await new Promise((resolve) => setTimeout(resolve, 300));
	client.socket.resume();
	await eventually(() => client.text().length > size);
});
