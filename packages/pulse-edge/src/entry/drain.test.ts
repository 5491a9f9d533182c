import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { startEdge } from '../testing/edge.ts';
import { eventually } from '../testing/eventually.ts';
import { exchange, get, rawClient, startBackend, startRawBackend } from '../testing/sockets.ts';

const HANDSHAKE =
	'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';

async function startSockets() {
	const http = createServer();
	const server = new WebSocketServer({ server: http });
	await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
	onTestFinished(() => {
		for (const socket of server.clients) socket.terminate();
		http.close();
	});
	return { port: (http.address() as AddressInfo).port, server };
}

async function open(port: number): Promise<WebSocket> {
	const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
	onTestFinished(() => socket.terminate());
	await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
	return socket;
}

it('a draining router finishes its requests, takes no new connection and tells kept ones to go elsewhere', async () => {
	let finish: () => void = () => {};
	const backend = await startBackend((request, response) => {
		if (request.url === '/slow') finish = () => response.end('finished');
		else response.end('quick');
	});
	const { port, edge } = await startEdge({ deployments: { v1: backend } });
	const slow = rawClient(port, 'GET /slow HTTP/1.1\r\nHost: a\r\n\r\n');
	const kept = rawClient(port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n');
	await kept.until('quick');
	await eventually(() => edge.context.exchanges.size === 1);
	const closed = edge.close({ budgetMs: 5_000 });
	await eventually(async () => (await exchange(port, get('/'))) === '');
	kept.socket.write('GET /again HTTP/1.1\r\nHost: a\r\n\r\n');
	expect(await kept.ended()).toMatch(/quick.*Connection: close\r\n.*quick$/s);
	finish();
	expect(await slow.ended()).toMatch(/Connection: close\r\n.*finished$/s);
	await closed;
});

it('sockets live on until the budget ends and are closed with 1012 (R2.20)', async () => {
	const backend = await startSockets();
	backend.server.on('connection', (socket) => socket.on('message', (data) => socket.send(String(data))));
	const { port, edge } = await startEdge({ deployments: { v1: backend.port } });
	const sockets = await Promise.all(Array.from({ length: 30 }, () => open(port)));
	const codes = sockets.map((socket) => new Promise<number>((resolve) => socket.once('close', resolve)));
	const atBackend = [...backend.server.clients].map(
		(socket) => new Promise<number>((resolve) => socket.once('close', resolve)),
	);
	const closed = edge.close({ budgetMs: 1_000 });
	sockets[0]!.send('still here');
	expect(await new Promise((resolve) => sockets[0]!.once('message', (data) => resolve(String(data))))).toBe(
		'still here',
	);
	expect(await Promise.all(codes)).toEqual(codes.map(() => 1012));
	// The client's answer to the close reaches the backend as any other bytes do.
	expect(await Promise.all(atBackend)).toEqual(codes.map(() => 1012));
	await closed;
});

it('the close comes between two frames, never within one', async () => {
	const payload = Buffer.alloc(200_000, 'z');
	const head = Buffer.from([0x82, 127, 0, 0, 0, 0, 0, 0x03, 0x0d, 0x40]);
	let finishFrame: () => void = () => {};
	const backend = await startRawBackend((socket, received) => {
		if (!received.endsWith('\r\n\r\n')) return;
		socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
		socket.write(Buffer.concat([head, payload.subarray(0, 150_000)]));
		finishFrame = () => socket.write(Buffer.concat([payload.subarray(150_000), Buffer.from([0x81, 1, 0x61])]));
	});
	const { port, edge } = await startEdge({ deployments: { v1: backend.port } });
	const client = rawClient(
		port,
		'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n',
	);
	const zs = (text: string) => text.split('z').length - 1;
	await eventually(() => zs(client.text()) === 150_000);
	const closed = edge.close({ budgetMs: 400 });
	await eventually(() => edge.context.draining);
	setTimeout(() => finishFrame(), 320);
	const text = await client.until('router restarts');
	expect(zs(text)).toBe(200_000);
	expect(text.slice(text.lastIndexOf('z') + 1)).toBe('\x88\x11\x03\xf4router restarts');
	client.socket.destroy();
	await closed;
});

it('what does not end in time is ended', async () => {
	const backend = await startRawBackend(() => {});
	const { port, edge } = await startEdge({ deployments: { v1: backend.port } });
	const client = rawClient(port, get('/'));
	await eventually(() => edge.context.exchanges.size === 1);
	await edge.close({ budgetMs: 100 });
	expect(await client.ended()).toBe('');
});

it.each([0, 300])('a handshake that is under way does not hold up the end (budget %s ms)', async (budgetMs) => {
	const backend = await startRawBackend(() => {});
	const { port, edge } = await startEdge({ deployments: { v1: backend.port } });
	const client = rawClient(port, HANDSHAKE);
	await eventually(() => backend.received.length === 1);
	await edge.close({ budgetMs });
	await client.ended();
});
