import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openStore } from '../../packages/pulse-railway/src/stores/open.ts';
import { startRedisServer } from '../../packages/pulse-railway/src/stores/testing/redis-server.ts';
import { type App, startApp } from './app.ts';
import { type Load, startLoad } from './load.ts';
import { type RouterProcess, startRouterProcess } from './router-process.ts';

export interface SoakOptions {
	readonly seconds: number;
	/** Seconds between promotions, restarts of the store and handovers to a new router. */
	readonly promoteEvery: number;
	readonly restartStoreEvery: number;
	readonly handOverEvery: number;
	/** Goes on beyond `seconds` until each happened this often: a busy machine makes it longer, not smaller. Default 0. */
	readonly atLeast?: { readonly promotions: number; readonly storeRestarts: number; readonly handovers: number };
	readonly onEvent?: (text: string) => void;
}

export interface SoakResult extends Load {
	readonly promotions: number;
	readonly storeRestarts: number;
	readonly handovers: number;
	/** Of each router process at its end, in KB. */
	readonly residentKilobytes: readonly number[];
}

const IDS = ['red', 'green', 'blue', 'gold'];

/** Mixed load on real routers and a real Redis while traffic moves, the store restarts empty and routers take over. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
	const folder = mkdtempSync(join(tmpdir(), 'soak-'));
	const apps: App[] = await Promise.all(IDS.map(startApp));
	const network = join(folder, 'network.json');
	writeFileSync(network, JSON.stringify(Object.fromEntries(apps.map((app) => [app.id, `127.0.0.1:${app.port}`]))));
	let redis = await startRedisServer();
	const store = await openStore(redis.url, { prefix: 'pulse:railway' });
	for (const id of IDS) await store.promote(id, id);
	const env = {
		REDIS_URL: redis.url,
		PULSE_RAILWAY_PRIVATE_NETWORK: network,
		PULSE_RAILWAY_ROUTER_SNAPSHOT_FILE: join(folder, 'last.json'),
		PULSE_RAILWAY_ROUTER_DRAIN_SECONDS: '4',
		PULSE_RAILWAY_ROUTER_WORKERS: '1',
	};
	let router: RouterProcess = await startRouterProcess(env);
	const load = startLoad({ ids: IDS, port: () => router.port, activeId: IDS.at(-1)! });
	const counts = { promotions: 0, storeRestarts: 0, handovers: 0 };
	const residentKilobytes: number[] = [];
	const leaving: Promise<void>[] = [];

	const promote = async () => {
		const id = IDS[counts.promotions++ % IDS.length]!;
		load.promoting(id);
		await store.promote(id, id);
		load.promoted(id);
	};
	const restartStore = async () => {
		counts.storeRestarts++;
		await redis.stop();
		await delay(500);
		redis = await startRedisServer(redis.port);
		// What the janitor does: live truth is made to agree with the durable one.
		const services = IDS.map((id) => ({ id, serviceName: id }));
		const { revision } = await eventually(() => store.snapshot());
		await store.reconcile({ activeId: load.activeId(), services }, { ifRevision: revision });
	};
	const handOver = async () => {
		counts.handovers++;
		const old = router;
		router = await startRouterProcess(env);
		residentKilobytes.push(old.residentKilobytes());
		leaving.push(old.stop());
	};

	const every = { promote: options.promoteEvery, restart: options.restartStoreEvery, handOver: options.handOverEvery };
	const done = { promote: 0, restart: 0, handOver: 0 };
	const started = performance.now();
	const { promotions = 0, storeRestarts = 0, handovers = 0 } = options.atLeast ?? {};
	const enough = () =>
		counts.promotions >= promotions && counts.storeRestarts >= storeRestarts && counts.handovers >= handovers;
	for (let at = 0; at < options.seconds || !enough(); at = (performance.now() - started) / 1000) {
		const due = (what: keyof typeof done) => at / every[what] >= done[what] + 1 && ++done[what];
		if (due('restart')) await told('store restarts empty', restartStore);
		if (due('handOver')) await told('another router takes over', handOver);
		if (due('promote')) await told('promotion', promote);
		await delay(50);
	}
	const result = await load.stop();
	await Promise.all(leaving);
	residentKilobytes.push(router.residentKilobytes());
	await router.stop();
	await store.close();
	await redis.stop();
	for (const app of apps) await app.stop();
	rmSync(folder, { recursive: true });
	return { ...result, ...counts, residentKilobytes };

	async function told(text: string, run: () => Promise<void>): Promise<void> {
		options.onEvent?.(text);
		await run();
	}
}

async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
	for (let tries = 0; ; tries++) {
		try {
			return await attempt();
		} catch (error) {
			if (tries === 50) throw error;
			await delay(100);
		}
	}
}
