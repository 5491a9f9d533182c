import type { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { startEdge } from '../testing/edge.ts';
import { eventually, standsStill } from '../testing/eventually.ts';
import { rawClient, startRawBackend, writeOn } from '../testing/sockets.ts';

const SLOW = 'GET /slow HTTP/1.1\r\nHost: a\r\n\r\n';
const HANDSHAKE = 'GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

it.each([
	['that its backend does not answer', HANDSHAKE],
	['that waits for its turn', SLOW + HANDSHAKE],
	['that is a CONNECT and waits for its turn', `${SLOW}CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n`],
])('what comes behind a handshake %s is left unread', async (_, bytes) => {
	const backend = await startRawBackend(() => {});
	const { port } = await startEdge({ deployments: { v1: backend.port } });
	const client = rawClient(port, bytes);
	await eventually(() => backend.received.length === 1);
	const taken = writeOn(client.socket, 'a'.repeat(65_536), 100_000_000);
	expect(await standsStill(taken)).toBeLessThan(20_000_000);
});

it('what was left unread behind a handshake follows once that is answered', async () => {
	const backend = await startRawBackend(() => {});
	const { port } = await startEdge({ deployments: { v1: backend.port } });
	const client = rawClient(port, HANDSHAKE);
	await eventually(() => backend.received[0]?.endsWith('\r\n\r\n') === true);
	const bytes = 10_000_000;
	const taken = writeOn(client.socket, 'a'.repeat(10_000), bytes);
	expect(await standsStill(taken)).toBeLessThan(bytes);
	const head = backend.received[0]!.length;
	backend.sockets[0]!.write('HTTP/1.1 101 Go\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
	await eventually(() => backend.received[0]!.length >= head + bytes);
	expect(backend.received[0]!.slice(head)).toBe('a'.repeat(bytes));
});

it('what a client says behind a handshake that was held behind a slow answer reaches its backend, however long it waits', async () => {
	const slow: Socket[] = [];
	const backend = await startRawBackend((socket, received) => {
		if (!received.includes('Upgrade')) slow.push(socket);
		else if (received.endsWith('\r\n\r\n'))
			socket.write('HTTP/1.1 101 Go\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
	});
	const { port } = await startEdge({ deployments: { v1: backend.port } });
	const client = rawClient(port, SLOW);
	await eventually(() => slow.length === 1);
	client.socket.write(SLOW + HANDSHAKE);
	await new Promise((resolve) => setTimeout(resolve, 100));
	slow[0]!.write(ANSWER);
	// The one that was held, and it in front of the handshake.
	await eventually(() => slow.length === 2);
	client.socket.write('early');
	// Longer than what is held stays unread at a time.
	await new Promise((resolve) => setTimeout(resolve, 1_500));
	slow[1]!.write(ANSWER);
	await client.until('101');
	client.socket.write('-late');
	await eventually(() => backend.received.some((text) => text.endsWith('-late')));
	expect(backend.received.find((text) => text.endsWith('-late'))).toMatch(/\r\n\r\nearly-late$/);
});

it('also when many were paused behind that answer, and the handshake came when all of them were over', async () => {
	const slow: Socket[] = [];
	const backend = await startRawBackend((socket, received) => {
		if (/(\/slow|Upgrade).*\r\n\r\n$/s.test(received.slice(received.lastIndexOf('GET ')))) slow.push(socket);
		else socket.write(ANSWER);
	});
	const { port } = await startEdge({ deployments: { v1: backend.port } });
	const client = rawClient(port, SLOW + 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(40));
	await eventually(() => slow.length === 1);
	slow[0]!.write(ANSWER);
	await eventually(() => client.text().match(/ 200 OK/g)?.length === 41);
	client.socket.write(HANDSHAKE);
	await eventually(() => slow.length === 2);
	client.socket.write('early');
	await new Promise((resolve) => setTimeout(resolve, 1_500));
	slow[1]!.write('HTTP/1.1 101 Go\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
	await client.until('101');
	client.socket.write('-late');
	await eventually(() => backend.received.some((text) => text.endsWith('-late')));
	expect(backend.received.find((text) => text.endsWith('-late'))).toMatch(/\r\n\r\nearly-late$/);
});
