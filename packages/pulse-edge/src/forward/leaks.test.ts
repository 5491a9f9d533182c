import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startEdge } from '../testing/edge.ts';
import { eventually } from '../testing/eventually.ts';
import { randomFrom } from '../testing/random.ts';
import { exchange, get, rawClient, startRawBackend } from '../testing/sockets.ts';

const HANDSHAKE = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n';

/** Requests that end in every phase of their lives, by either side: before and in the head, the body, the answer. */
const REQUESTS = [
	'GET /now HTTP/1.1\r\nHo',
	'GET /now HTTP/1.1\r\nHost: a\r\n\r\n',
	'GET /never HTTP/1.1\r\nHost: a\r\n\r\n',
	'GET /half HTTP/1.1\r\nHost: a\r\n\r\nGET /now HTTP/1.1\r\nHost: a\r\n\r\n',
	'HEAD /endless HTTP/1.1\r\nHost: a\r\n\r\n',
	'GET /endless HTTP/1.1\r\nHost: a\r\n\r\n',
	'POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345',
	'POST /never HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n',
	'POST /now HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n',
	'GET /gone?pulse_deployment=unknown HTTP/1.1\r\nHost: a\r\n\r\n',
	'GET /now?pulse_deployment=dead HTTP/1.1\r\nHost: a\r\n\r\n',
	'GET /never?pulse_deployment=nowhere HTTP/1.1\r\nHost: a\r\n\r\n',
	'GET /missing HTTP/1.1\r\nHost: a\r\nSec-Fetch-Dest: script\r\n\r\n',
	`GET /switch HTTP/1.1\r\nHost: a\r\n${HANDSHAKE}\r\n`,
	`GET /now HTTP/1.1\r\nHost: a\r\n${HANDSHAKE}\r\n`,
	`GET /never HTTP/1.1\r\nHost: a\r\n${HANDSHAKE}\r\nearly`,
	`GET /endless HTTP/1.1\r\nHost: a\r\n${HANDSHAKE}\r\n`,
	`GET /switch?pulse_deployment=dead HTTP/1.1\r\nHost: a\r\n${HANDSHAKE}\r\n`,
];

it('whoever leaves, whenever: in the end nothing is in flight and no socket is left', async () => {
	const random = randomFrom(7);
	const backend = await startRawBackend((socket, received) => {
		const path = /^\w+ (\/\w+)[^\n]*\n(?![\s\S]*\n\w+ \/)/m.exec(received)?.[1];
		if (path === '/now') socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
		else if (path === '/half') socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nok');
		else if (path === '/missing') socket.write('HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n');
		else if (path === '/switch') socket.write('HTTP/1.1 101 Go\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhi');
		else if (path === '/endless') {
			socket.write('HTTP/1.1 200 OK\r\n\r\n');
			const more = setInterval(() => socket.write('x'.repeat(50_000)), 5);
			socket.on('close', () => clearInterval(more));
		}
		if (random() < 0.2) setTimeout(() => (random() < 0.5 ? socket.end() : socket.resetAndDestroy()), random() * 40);
	});
	const { port, edge, network, table } = await startEdge({
		deployments: { v1: backend.port, dead: 1, nowhere: 1, old: backend.port },
		connectionLimit: 40,
		connectTimeoutMs: 300,
	});
	network.services.delete('nowhere');
	table.promote('old');
	table.promote('v1');
	const one = async () => {
		const bytes = REQUESTS[Math.floor(random() * REQUESTS.length)]!;
		const client = rawClient(port, bytes);
		if (random() < 0.2) client.socket.pause();
		await delay(random() * 60);
		const how = random();
		if (how < 0.4) client.socket.destroy();
		else if (how < 0.7) client.socket.resetAndDestroy();
		else {
			client.socket.end();
			await delay(random() * 60);
			client.socket.destroy();
		}
	};
	for (let round = 0; round < 12; round++) await Promise.all(Array.from({ length: 80 }, one));
	const { context } = edge;
	const counts = () => ({
		exchanges: context.exchanges.size,
		tunnels: context.tunnels.size,
		inFlight: [...context.upstreams.all()].reduce((sum, { inFlight }) => sum + inFlight, 0),
		sockets: [...context.upstreams.all()].reduce((sum, { sockets }) => sum + sockets, 0),
	});
	const nothing = { exchanges: 0, tunnels: 0, inFlight: 0, sockets: 0 };
	await expect.poll(counts, { timeout: 14_000 }).toEqual(nothing);
	// The idle sweep takes what is kept; everything else is gone with its request.
	await eventually(() => context.pool.open === 0, 'every backend connection is closed');
	await eventually(() => backend.sockets.every((socket) => socket.destroyed), 'the backend sees no open socket');
	expect(await exchange(port, get('/now'))).toMatch(/ok$/);
}, 60_000);
