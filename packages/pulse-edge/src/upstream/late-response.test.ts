import type { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { startEdge } from '../testing/edge.ts';
import { eventually } from '../testing/eventually.ts';
import { exchange, get, rawClient, startRawBackend } from '../testing/sockets.ts';

const LATE = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison';
const REQUESTS: [string, string][] = [
	['GET', 'GET /2 HTTP/1.1\r\nHost: a\r\n\r\n'],
	['POST', 'POST /2 HTTP/1.1\r\nHost: a\r\n\r\n'],
	['POST with a body', 'POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok'],
];

/** Answers every request with its path. */
function startBackend() {
	return startRawBackend((socket, received) => {
		const path = received
			.match(/(?<=^|\n|ok)(?:GET|POST) (\S+) /g)!
			.at(-1)!
			.split(' ')[1]!;
		if (/\r\n\r\n(ok)?$/.test(received) && !(received.includes('Length: 2') && !received.endsWith('ok')))
			socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${path.length}\r\n\r\n${path}`);
	});
}

it.each(REQUESTS)('an answer that nobody asked for never reaches the %s that meets it on its way', async (_, bytes) => {
	const backend = await startBackend();
	const { port, edge } = await startEdge({ deployments: { v1: backend.port } });
	const client = rawClient(port, 'GET /1 HTTP/1.1\r\nHost: a\r\n\r\n');
	await client.until('/1');
	await eventually(() => edge.context.exchanges.size === 0);
	// Both are there when the router looks next, the request first.
	client.socket.write(bytes);
	backend.sockets[0]!.write(LATE);
	await client.until(/\/2|poison/);
	expect(client.text()).toMatch(/\/1HTTP\/1\.1 200 OK\r\n.*\/2$/s);
	expect(backend.received[0]).not.toContain('/2');
	expect(backend.sockets[0]!.destroyed || backend.sockets[0]!.readableEnded).toBe(true);
});

it('connections are not kept to a service that answers what it was not asked, and the log says which', async () => {
	const backend = await startBackend();
	const polite = await startBackend();
	const { port, edge, lines } = await startEdge({ deployments: { v1: backend.port, v2: polite.port } });
	for (let i = 0; i < 3; i++) await exchange(port, get('/kept'));
	expect(backend.sockets).toHaveLength(1);
	backend.sockets[0]!.write(LATE);
	await eventually(() => edge.context.pool.open === 0);
	for (let i = 0; i < 3; i++) expect(await exchange(port, get('/new'))).toMatch(/\/new$/);
	expect(backend.sockets).toHaveLength(4);
	for (let i = 0; i < 3; i++) await exchange(port, get('/kept', ['x-pulse-deployment: v2']));
	expect(polite.sockets).toHaveLength(1);
	expect(lines.filter((line) => line.event === 'out-of-turn')).toMatchObject([{ service: 'v1' }]);
});

it('a client that leaves while a kept connection is made ready leaves that to the next one', async () => {
	const backend = await startBackend();
	const { port, edge } = await startEdge({ deployments: { v1: backend.port } });
	const leaving: Socket[] = [];
	for (let i = 0; i < 20; i++) {
		const client = rawClient(port, 'GET /1 HTTP/1.1\r\nHost: a\r\n\r\n');
		await client.until('/1');
		client.socket.write('GET /2 HTTP/1.1\r\nHost: a\r\n\r\n');
		client.socket.resetAndDestroy();
		leaving.push(client.socket);
	}
	await eventually(() => edge.context.exchanges.size === 0);
	expect(await exchange(port, get('/3'))).toMatch(/\/3$/);
});
