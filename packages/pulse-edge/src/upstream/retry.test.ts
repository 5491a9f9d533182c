import type { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { startEdge } from '../testing/edge.ts';
import { exchange, get, startRawBackend } from '../testing/sockets.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** Answers the first request of each connection; the second finds the connection closed. */
async function closingOnSecond() {
	const seen: string[] = [];
	const backend = await startRawBackend((socket, received) => {
		const requests = received.split('\r\n\r\n').length - 1;
		if (!received.endsWith('\r\n\r\n') && !received.endsWith('body')) return;
		seen.push(received);
		if (requests > 1) socket.resetAndDestroy();
		else socket.write(OK);
	});
	return { backend, seen };
}

it('a request that may be repeated is sent once more when the kept connection was already closed', async () => {
	const { backend } = await closingOnSecond();
	const { port } = await startEdge({ deployments: { v1: backend.port } });
	for (const method of ['GET', 'GET', 'DELETE', 'OPTIONS']) {
		expect(await exchange(port, get('/', [], method))).toMatch(/ok$/);
	}
	// The second, third and fourth each met a closed connection and opened another.
	expect(backend.sockets.length).toBeGreaterThanOrEqual(4);
});

it.each([
	['POST', 'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'],
	['a PUT with a body', 'PUT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody'],
])('%s is never sent twice', async (_, bytes) => {
	const { backend, seen } = await closingOnSecond();
	const { port } = await startEdge({ deployments: { v1: backend.port } });
	expect(await exchange(port, get('/'))).toMatch(/ok$/);
	const answer = await exchange(port, bytes);
	expect(answer).toMatch(/^HTTP\/1\.1 502 /);
	expect(seen.filter((one) => one.includes(bytes.split(' ')[0]!))).toHaveLength(1);
});

it('a new connection that closes is not tried again', async () => {
	const backend = await startRawBackend((socket) => socket.destroy());
	const { port } = await startEdge({ deployments: { v1: backend.port } });
	expect(await exchange(port, get('/'))).toMatch(/^HTTP\/1\.1 502 /);
	expect(backend.sockets).toHaveLength(1);
});

it('a request whose answer had begun is not sent again', async () => {
	let answered = 0;
	const backend = await startRawBackend((socket: Socket) => {
		if (answered++ === 0) socket.write(OK);
		else socket.end('HTTP/1.1 200');
	});
	const { port } = await startEdge({ deployments: { v1: backend.port } });
	expect(await exchange(port, get('/'))).toMatch(/ok$/);
	expect(await exchange(port, get('/'))).toMatch(/^HTTP\/1\.1 502 /);
	expect(answered).toBe(2);
});
