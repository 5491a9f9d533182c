import { existsSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { startEdge } from '../testing/edge.ts';
import { eventually, standsStill } from '../testing/eventually.ts';
import { rawClient, startRawBackend } from '../testing/sockets.ts';

const TABLE = '/proc/net/tcp';
/** Kernel's numbers for an established connection and for a pending keep-alive probe. */
const ESTABLISHED = '01';
const KEEP_ALIVE = '02';

it.skipIf(!existsSync(TABLE))(
	'the kernel probes the client of an idle websocket, so that a vanished one is noticed',
	async () => {
		const backend = await startRawBackend((socket) =>
			socket.write('HTTP/1.1 101 Go\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
		);
		const { port } = await startEdge({ deployments: { v1: backend.port } });
		const client = rawClient(port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
		await client.until('101');
		const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
		const timer = () =>
			readFileSync(TABLE, 'utf8')
				.split('\n')
				.map((line) => line.trim().split(/\s+/))
				.find((fields) => fields[1]?.endsWith(local) && fields[3] === ESTABLISHED)?.[5]
				?.slice(0, 2);
		await expect.poll(timer).toBe(KEEP_ALIVE);
	},
);

const REQUEST = 'GET /slow HTTP/1.1\r\nHost: a\r\n\r\n';
const LEAVES: [string, (socket: Socket) => void][] = [
	['ends its connection', (socket) => socket.destroy()],
	['resets its connection', (socket) => socket.resetAndDestroy()],
];

it.each(LEAVES)(
	'a client that %s is noticed behind whatever it has asked, and its backend connection let go',
	async (_, leave) => {
		const backend = await startRawBackend(() => {});
		const { port, edge } = await startEdge({ deployments: { v1: backend.port } });
		const clients = [0, 1, 31, 32, 33, 64, 3_000].map((behind) => rawClient(port, REQUEST.repeat(1 + behind)));
		await eventually(() => backend.received.length === clients.length);
		// For the pause of their reading.
		await new Promise((resolve) => setTimeout(resolve, 100));
		for (const { socket } of clients) leave(socket);
		await eventually(() => edge.context.exchanges.size === 0 && edge.context.pool.open === 0);
		await eventually(() => backend.sockets.every((socket) => socket.destroyed));
	},
);

it('a client that resets its connection while its upload waits for the backend is noticed', async () => {
	const backend = await startRawBackend((socket) => socket.pause());
	const { port, edge } = await startEdge({ deployments: { v1: backend.port } });
	const client = rawClient(port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50000000\r\n\r\n');
	client.socket.write(Buffer.alloc(50_000_000));
	await standsStill(() => client.socket.bytesWritten - client.socket.writableLength);
	client.socket.resetAndDestroy();
	await eventually(() => edge.context.exchanges.size === 0 && edge.context.pool.open === 0);
});
