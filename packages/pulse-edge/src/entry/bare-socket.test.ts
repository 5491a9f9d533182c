import { expect, it } from 'vitest';
import { startEdge, TestTable } from '../testing/edge.ts';
import { eventually } from '../testing/eventually.ts';
import { exchange, get, rawClient, startRawBackend } from '../testing/sockets.ts';

/** Node lets go of a socket at an upgrade, its error listener included: an error without a listener ends the process. */
const HANDSHAKE = 'Host: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';

it('a client that resets its connection behind CONNECT ends nothing but itself', async () => {
	const { port } = await startEdge();
	for (let i = 0; i < 50; i++) {
		const client = rawClient(port, 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n');
		await client.until('405');
		client.socket.resetAndDestroy();
	}
	expect(await exchange(port, get('/healthz'))).toMatch(/^HTTP\/1\.1 200 /);
});

it('a CONNECT behind a request is refused when that one is answered, never in its place', async () => {
	const backend = await startRawBackend((socket, received) => {
		if (received.includes('/slow')) answer = () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
	});
	let answer: (() => void) | undefined;
	const { port, edge } = await startEdge({ deployments: { v1: backend.port } });
	const client = rawClient(port, 'GET /slow HTTP/1.1\r\nHost: a\r\n\r\nCONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n');
	await eventually(() => answer !== undefined && edge.context.exchanges.size === 1);
	answer!();
	expect(await client.ended()).toMatch(/^HTTP\/1\.1 200 .*\r\n\r\nokHTTP\/1\.1 405 /s);
});

it('a client that resets its connection while its handshake waits for its turn ends nothing but itself', async () => {
	const backend = await startRawBackend(() => {});
	const { port, edge } = await startEdge({ deployments: { v1: backend.port } });
	const client = rawClient(port, `GET /slow HTTP/1.1\r\nHost: a\r\n\r\nGET /ws HTTP/1.1\r\n${HANDSHAKE}`);
	await eventually(() => backend.received[0]?.includes('/slow') === true);
	client.socket.resetAndDestroy();
	await eventually(() => edge.context.exchanges.size === 0 && backend.sockets[0]!.destroyed);
	expect(await exchange(port, get('/healthz'))).toMatch(/^HTTP\/1\.1 200 /);
});

it('a client that resets its connection while the table asks for its handshake ends nothing but itself', async () => {
	let answer: (() => void) | undefined;
	class SlowTable extends TestTable {
		override lookUp(id: string): Promise<void> {
			return new Promise((resolve) => {
				answer = () => {
					this.register(id);
					resolve();
				};
			});
		}
	}
	const backend = await startRawBackend(() => {});
	const { port, edge } = await startEdge({ table: new SlowTable(), deployments: { v1: backend.port } });
	const client = rawClient(port, `GET /ws?pulse_deployment=new HTTP/1.1\r\n${HANDSHAKE}`);
	await eventually(() => answer !== undefined);
	client.socket.resetAndDestroy();
	expect(await exchange(port, get('/healthz'))).toMatch(/^HTTP\/1\.1 200 /);
	answer!();
	expect(await exchange(port, get('/healthz'))).toMatch(/^HTTP\/1\.1 200 /);
	expect([...edge.context.upstreams.all()]).toEqual([]);
});
