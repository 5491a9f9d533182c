import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../../../pulse-edge/src/testing/eventually.ts';
import { exchange, get, startNamedBackend } from '../../../pulse-edge/src/testing/sockets.ts';
import { openStore } from '../stores/open.ts';
import { redisServerMissing, startRedisServer } from '../stores/testing/redis-server.ts';
import { startRouter } from './testing/router.ts';

const missing = redisServerMissing();

async function redisRouter() {
	const redis = await startRedisServer();
	onTestFinished(() => redis.stop());
	const store = await openStore(redis.url, { prefix: 'p' });
	onTestFinished(() => store.close());
	const folder = await mkdtemp(join(tmpdir(), 'router-'));
	onTestFinished(() => rm(folder, { recursive: true }));
	const snapshotFile = join(folder, 'last.json');
	const deployments = { v1: await startNamedBackend('v1'), v2: await startNamedBackend('v2') };
	return { redis, snapshotFile, deployments, ...(await startRouter({ store, deployments, snapshotFile })) };
}

const served = async (port: number, target: string) => /"name":"(\w+)"/.exec(await exchange(port, get(target)))?.[1];

describe.skipIf(missing)(`with a real Redis${missing ? ` (${missing})` : ''}`, () => {
	it('killed: known deployments are served as before, unknown ones are stale, health says so', async () => {
		const { redis, port, router, lines } = await redisRouter();
		await redis.stop();
		for (let i = 0; i < 20; i++) {
			expect(await served(port, '/')).toBe('v1');
			expect(await served(port, '/?pulse_deployment=v2')).toBe('v2');
		}
		expect(await exchange(port, get('/?pulse_deployment=v9'))).toMatch(/^HTTP\/1\.1 409 /);
		await eventually(() => lines.some((line) => line.event === 'store-lost'));
		expect(router.table.status()).toMatchObject({ storeReachable: false, source: 'store' });
		expect(await exchange(port, get('/healthz'))).toMatch(/^HTTP\/1\.1 200 /);
	});

	it('hung: nothing waits for it', async () => {
		const { redis, port } = await redisRouter();
		redis.pause();
		for (let i = 0; i < 20; i++) expect(await served(port, '/')).toBe('v1');
		redis.resume();
	});

	it('restarted empty: nobody is cut off, and a promotion in it counts', async () => {
		const { redis, port, router, network } = await redisRouter();
		await redis.stop();
		const again = await startRedisServer(redis.port);
		onTestFinished(() => again.stop());
		await eventually(() => router.table.status().storeReachable);
		expect(await served(port, '/')).toBe('v1');
		expect(await served(port, '/?pulse_deployment=v2')).toBe('v2');
		const writer = await openStore(again.url, { prefix: 'p' });
		onTestFinished(() => writer.close());
		network.services.set('v3', { host: '127.0.0.1', port: await startNamedBackend('v3') });
		await writer.promote('v3', 'v3');
		await eventually(async () => (await served(port, '/')) === 'v3');
		expect(await served(port, '/?pulse_deployment=v1')).toBe('v1');
	});

	it('a promotion by somebody else reaches the router', async () => {
		const { redis, port } = await redisRouter();
		const writer = await openStore(redis.url, { prefix: 'p' });
		onTestFinished(() => writer.close());
		await writer.promote('v2', 'v2');
		await eventually(async () => (await served(port, '/')) === 'v2');
	});

	it('away at the start: the last snapshot that was written is used', async () => {
		const { redis, snapshotFile, deployments } = await redisRouter();
		await eventually(async () => (await readFile(snapshotFile, 'utf8').catch(() => '')).includes('"v2"'));
		await redis.stop();
		const store = await openStore(redis.url, { prefix: 'p' });
		onTestFinished(() => store.close());
		const { port, router, network } = await startRouter({ store, snapshotFile, active: null, storePatienceMs: 100 });
		network.services.set('v1', { host: '127.0.0.1', port: deployments.v1 });
		expect(router.table.status()).toMatchObject({ source: 'file', storeReachable: false });
		expect(await served(port, '/')).toBe('v1');
	});
});

it('a router that never knew where to route is not alive, and says so', async () => {
	const silent = Object.assign(Object.create(await openStore('memory:', { prefix: 'x' })), { watch: () => {} });
	const { port } = await startRouter({ store: silent, active: null, storePatienceMs: 10, startPatienceMs: 20 });
	expect(await exchange(port, get('/healthz'))).toMatch(/^HTTP\/1\.1 503 .*\{"ok":false\}$/s);
	expect(await exchange(port, get('/'))).toMatch(/^HTTP\/1\.1 503 .*"routing state unavailable"/s);
});

it('a router that knows nothing yet leaves the port to those beside it until it does', async () => {
	const store = await openStore('memory:', { prefix: 'x' });
	await store.promote('v1', 'v1');
	const late: typeof store = Object.assign(Object.create(store), {
		watch: (...args: Parameters<typeof store.watch>) => void setTimeout(() => store.watch(...args), 300),
	});
	const { router } = await startRouter({ store: late, active: null, storePatienceMs: 10 });
	expect(router.table.activeId).toBe('v1');
});
