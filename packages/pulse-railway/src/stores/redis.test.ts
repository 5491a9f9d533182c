import { Redis } from 'ioredis';
import { systemClock } from 'pulse-deploy-kit/clock';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { RoutingSnapshot } from '../deployments/record.ts';
import { createDeploymentStore } from './deployment-store.ts';
import { openStore } from './open.ts';
import { openRedis } from './redis.ts';
import { describeStore } from './store.suite.ts';
import { raceInTwoProcesses } from './testing/race-processes.ts';
import { type RedisServer, redisServerMissing, startRedisServer } from './testing/redis-server.ts';

const missing = redisServerMissing();

describe.skipIf(missing !== null)(missing ?? 'with a real redis-server', () => {
	let shared: RedisServer;
	beforeAll(async () => {
		shared = await startRedisServer();
	});
	afterAll(() => shared?.stop());

	describeStore('redis', async () => ({
		connect: async () => openRedis(shared.url),
		stop: async () => {
			const sweeper = new Redis(shared.url);
			await sweeper.flushall();
			sweeper.disconnect();
		},
	}));

	it('survives two processes that write at once', async () => {
		await raceInTwoProcesses(shared.url);
		const store = await openStore(shared.url, { prefix: 'race' });
		expect((await store.snapshot()).deployments.filter(({ state }) => state === 'active')).toHaveLength(1);
		await store.close();
	}, 60_000);
});

describe.skipIf(missing !== null)(missing ?? 'redis in trouble', () => {
	/** A watched store with a deployment on a server of its own. */
	async function arrange() {
		const server = await startRedisServer();
		onTestFinished(() => server.stop());
		const store = createDeploymentStore(openRedis(server.url), 'pulse:railway', systemClock);
		await store.promote('a', 'svc-a');
		const stop = new AbortController();
		const seen: RoutingSnapshot[] = [];
		const onLost = vi.fn();
		store.watch({ onSnapshot: (snapshot) => seen.push(snapshot), onLost }, stop.signal);
		await vi.waitFor(() => expect(seen).toHaveLength(1));
		const end = async (...servers: RedisServer[]) => {
			stop.abort();
			await store.close();
			for (const each of [server, ...servers]) await each.stop();
		};
		return { server, store, seen, onLost, end };
	}
	const patient = { timeout: 15_000, interval: 20 };

	it('rejects instead of hanging while the server hangs, and goes on when it wakes', async () => {
		const { server, store, seen, onLost, end } = await arrange();
		server.pause();
		await expect(store.snapshot()).rejects.toMatchObject({ code: 'store-unavailable' });
		await expect(store.promote('b', 'svc-b')).rejects.toMatchObject({ code: 'store-unavailable' });
		await vi.waitFor(() => expect(onLost).toHaveBeenCalledTimes(1), patient);
		server.resume();
		await vi.waitFor(() => expect(seen.length).toBeGreaterThan(1), patient);
		expect((await store.promote('c', 'svc-c')).active.id).toBe('c');
		expect(onLost).toHaveBeenCalledTimes(1);
		await end();
	}, 40_000);

	it('tells once that the server is gone, and the empty store when it comes back', async () => {
		const { server, store, seen, onLost, end } = await arrange();
		const lastRevision = seen.at(-1)?.revision ?? 0;
		await server.stop();
		await vi.waitFor(() => expect(onLost).toHaveBeenCalledTimes(1), patient);
		expect(onLost.mock.calls[0]?.[0]).toMatchObject({ code: 'store-unavailable' });
		await expect(store.claimOnce('n', 1_000)).rejects.toMatchObject({ code: 'store-unavailable' });
		const again = await startRedisServer(server.port);
		await vi.waitFor(() => expect(seen.at(-1)).toMatchObject({ revision: 0, deployments: [] }), patient);
		await store.promote('b', 'svc-b');
		expect((await store.snapshot()).revision).toBeGreaterThan(lastRevision);
		await vi.waitFor(() => expect(seen.at(-1)?.activeId).toBe('b'), patient);
		expect(onLost).toHaveBeenCalledTimes(1);
		await end(again);
	}, 40_000);

	it('grants a higher fence after the server lost its data', async () => {
		const { server, store, end } = await arrange();
		const lock = { name: 'janitor', owner: 'o', token: 't', ttlMs: 60_000 } as const;
		const before = await store.acquireLock(lock);
		await server.stop();
		const again = await startRedisServer(server.port);
		const after = await vi.waitFor(() => store.acquireLock({ ...lock, token: 'u' }), patient);
		expect('fence' in before && 'fence' in after && after.fence > before.fence).toBe(true);
		await end(again);
	}, 40_000);

	it('waits for a server that is a moment late', async () => {
		const { server, end } = await arrange();
		await server.stop();
		const late = createDeploymentStore(openRedis(server.url), 'p', systemClock);
		const [again, promotion] = await Promise.all([startRedisServer(server.port), late.promote('a', 'svc-a')]);
		expect(promotion.active.id).toBe('a');
		await late.close();
		await end(again);
	}, 40_000);

	it('says where it is unreachable, without the password', async () => {
		const store = await openStore('redis://user:hunter2@127.0.0.1:1/0', { prefix: 'p' });
		const error = await store.snapshot().catch((caught: unknown) => caught);
		expect(error).toMatchObject({ code: 'store-unavailable', message: expect.stringContaining('127.0.0.1:1') });
		expect(String(error)).not.toContain('hunter2');
		await store.close();
	});
});
