import { expect, it } from 'vitest';
import { startEdge } from '../testing/edge.ts';
import { eventually, standsStill } from '../testing/eventually.ts';
import { rawClient, startRawBackend, writeOn } from '../testing/sockets.ts';

const SLOW = 'GET /slow HTTP/1.1\r\nHost: a\r\n\r\n';
const HANDSHAKE = 'GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';

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
