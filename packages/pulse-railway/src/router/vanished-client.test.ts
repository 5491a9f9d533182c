import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { startRouter } from './testing/router.ts';
import { rawClient, startRawBackend } from './testing/sockets.ts';

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
		const { port } = await startRouter({ deployments: { v1: backend.port } });
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
