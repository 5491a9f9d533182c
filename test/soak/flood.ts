import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openStore } from '../../packages/pulse-railway/src/stores/open.ts';
import { startRouterProcess } from './router-process.ts';

export interface FloodResult {
	readonly idleMegabytes: number;
	/** At its highest, above idle. */
	readonly aboveMegabytes: number;
	/** Answers that the whole flood got once its backend spoke. */
	readonly answers: number;
	readonly closed: number;
	/** What a visitor waited for who came in the middle of it. */
	readonly visitorMs: number;
}

const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const STALLED = 'GET /stall HTTP/1.1\r\nHost: x\r\n\r\n';

/** Many connections, each with a request that is not answered and a flood of tiny ones behind it, on a router process of its own. */
export async function flood(connections: number, pipelined: number): Promise<FloodResult> {
	const folder = await mkdtemp(join(tmpdir(), 'flood-'));
	const stalled: Socket[] = [];
	const backend = createServer((socket) => {
		socket.on('error', () => {});
		socket.on('data', (bytes) => void (bytes.includes('/stall') ? stalled.push(socket) : socket.write(ANSWER)));
	});
	await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
	const url = `sqlite:${join(folder, 'store.db')}`;
	const store = await openStore(url, { prefix: 'pulse:railway' });
	await store.promote('v1', 'v1');
	await store.close();
	const network = join(folder, 'network.json');
	await writeFile(network, JSON.stringify({ v1: `127.0.0.1:${(backend.address() as AddressInfo).port}` }));
	const router = await startRouterProcess({
		REDIS_URL: url,
		PULSE_RAILWAY_ROUTER_WORKERS: '1',
		PULSE_RAILWAY_ROUTER_DRAIN_SECONDS: '1',
		PULSE_RAILWAY_PRIVATE_NETWORK: network,
		PULSE_RAILWAY_ROUTER_SNAPSHOT_FILE: join(folder, 'last.json'),
	});
	const clients: Socket[] = [];
	try {
		await delay(500);
		const idle = router.residentKilobytes();
		let highest = 0;
		let received = 0;
		let closed = 0;
		const bytes = STALLED + 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(pipelined);
		for (let i = 0; i < connections; i++) {
			const client = connect(router.port, '127.0.0.1');
			client.on('error', () => {});
			client.on('close', () => closed++);
			client.on('data', (chunk) => {
				received += chunk.length;
			});
			client.write(bytes);
			clients.push(client);
			if (i % 50 === 0) await delay(20);
			highest = Math.max(highest, router.residentKilobytes());
		}
		for (let waited = 0; waited < 20_000 && stalled.length < connections; waited += 50) await delay(50);
		for (let i = 0; i < 30; i++) {
			await delay(50);
			highest = Math.max(highest, router.residentKilobytes());
		}
		const started = performance.now();
		const visit = await fetch(`http://127.0.0.1:${router.port}/`);
		if (visit.status !== 200) throw new Error(`a visitor got ${visit.status}`);
		const visitorMs = performance.now() - started;
		const answer = ANSWER.length + 'x-pulse-selected-deployment: v1\r\n'.length;
		for (const socket of stalled) socket.write(ANSWER);
		for (let waited = 0; waited < 20_000 && closed < connections; waited += 50) await delay(50);
		highest = Math.max(highest, router.residentKilobytes());
		return {
			idleMegabytes: idle / 1024,
			aboveMegabytes: (highest - idle) / 1024,
			answers: received / answer,
			closed,
			visitorMs,
		};
	} finally {
		for (const client of clients) client.destroy();
		await router.stop();
		backend.close();
		for (const socket of stalled) socket.destroy();
		await rm(folder, { recursive: true });
	}
}
