import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { startEdge } from '../testing/edge.ts';
import { eventually } from '../testing/eventually.ts';
import { exchange, rawClient, startBackend, startRawBackend } from '../testing/sockets.ts';

const HEAD = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
const REQUEST = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

const chunked = (piece: string) => `${piece.length.toString(16)}\r\n${piece}\r\n`;

it.each([
	['its turn', REQUEST, 2048],
	['a place', '', 2],
	['its backend', '', 2048],
])('a body in chunks of one byte that waits for %s takes no more memory than its bytes', async (_, before, limit) => {
	const backend = await startRawBackend((socket) => void socket.pause());
	const { port, edge } = await startEdge({ deployments: { v1: backend.port }, connectionLimit: limit });
	const body = chunked('a').repeat(300_000);
	const started = process.memoryUsage().heapUsed;
	const clients = Array.from({ length: 4 }, () => rawClient(port, before + HEAD + body));
	await eventually(() => edge.context.exchanges.size === clients.length);
	let highest = 0;
	for (let i = 0; i < 20; i++) {
		await new Promise((resolve) => setTimeout(resolve, 50));
		highest = Math.max(highest, process.memoryUsage().heapUsed - started);
	}
	expect(highest).toBeLessThan(60_000_000);
	for (const { socket } of clients) socket.resetAndDestroy();
	await eventually(() => edge.context.exchanges.size === 0 && edge.context.uploads.open === 0);
});

it('many short headers are counted for what they take: such requests do not wait by the thousand', async () => {
	const backend = await startRawBackend(() => {});
	const { port } = await startEdge({ deployments: { v1: backend.port } });
	const fields = Array.from({ length: 10_000 }, (_, i) => `${(1_296 + (i % 30_000)).toString(36)}:\r\n`).join('');
	const waiting = `GET / HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;
	const clients = Array.from({ length: 40 }, () => rawClient(port, REQUEST + waiting));
	// Each takes half a megabyte, so some sixteen may wait.
	const refused = () => clients.filter(({ socket }) => socket.readableEnded).length;
	await eventually(() => backend.received.length === clients.length);
	for (const socket of backend.sockets) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
	await eventually(() => refused() >= 20);
	for (const { socket } of clients) socket.destroy();
});

it('bodies in small chunks arrive whole and in order, however they were cut', async () => {
	const backend = await startBackend((request, response) => {
		const hash = createHash('sha256');
		request.on('data', (chunk) => hash.update(chunk));
		request.on('end', () => response.end(`${hash.digest('hex')} ${request.trailers.t}`));
	});
	const { port } = await startEdge({ deployments: { v1: backend } });
	let seed = 7;
	const random = (below: number) => {
		seed = (seed * 48_271) % 2_147_483_647;
		return seed % below;
	};
	const pieces = Array.from({ length: 20_000 }, () => String(random(1e9)).padEnd(random(40) === 0 ? 3_000 : 9, 'x'));
	const body = `${pieces.map(chunked).join('')}0\r\nT: end\r\n\r\n`;
	const head = HEAD.replace('Host: a\r\n', 'Host: a\r\nConnection: close\r\nTrailer: T\r\n');
	const answer = await exchange(port, head + body);
	expect(answer).toContain(`${createHash('sha256').update(pieces.join('')).digest('hex')} end`);
});

it('an answer in chunks of one byte that nobody takes takes no more memory than its bytes, and arrives whole', async () => {
	const count = 400_000;
	const backend = await startRawBackend((socket) => {
		socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunked('a').repeat(count)}0\r\n\r\n`);
	});
	const { port } = await startEdge({ deployments: { v1: backend.port } });
	const started = process.memoryUsage().heapUsed;
	const clients = Array.from({ length: 8 }, () => {
		const client = rawClient(port);
		client.socket.pause();
		client.socket.write(REQUEST);
		return client;
	});
	await eventually(() => backend.received.length === clients.length);
	let highest = 0;
	for (let i = 0; i < 20; i++) {
		await new Promise((resolve) => setTimeout(resolve, 50));
		highest = Math.max(highest, process.memoryUsage().heapUsed - started);
	}
	// Some 200 MB when each is written by itself; what the backend here has yet to send is 20 MB of it.
	expect(highest).toBeLessThan(130_000_000);
	clients[0]!.socket.resume();
	const text = await clients[0]!.until(/\r\n0\r\n\r\n$/);
	const body = text.slice(text.indexOf('\r\n\r\n') + 4);
	expect(body.replace(/[0-9a-f]+\r\n(a*)\r\n/g, '$1')).toBe('a'.repeat(count));
});
