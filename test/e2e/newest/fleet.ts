import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { DeploymentStore } from '../../../packages/pulse-railway/src/deployments/store.ts';
import { openStore } from '../../../packages/pulse-railway/src/stores/open.ts';
import {
	type RedisServer,
	redisServerMissing,
	startRedisServer,
} from '../../../packages/pulse-railway/src/stores/testing/redis-server.ts';
import { type RouterProcess, startRouterProcess } from '../../soak/router-process.ts';
import { until } from '../../support/until.ts';
import { Judge } from './judge.ts';

const PULSE = fileURLToPath(new URL('../../../packages/pulse-app/bin/pulse.js', import.meta.url));
const APP = fileURLToPath(new URL('app.ts', import.meta.url));
const TOKEN = 'a-token-of-deployments';
const REPLICAS = 2;
export const IDS = ['blue', 'green'] as const;
export type Id = (typeof IDS)[number];

/** Two deployments of two replicas, a router and its store: all processes of their own but for what a deploy would say. */
export class Fleet {
	readonly judge: Judge;
	readonly store: DeploymentStore;
	/** `null`: SQLite. */
	readonly redis: RedisServer | null;
	readonly #folder: string;
	readonly #router: RouterProcess;
	readonly #replicas = new Map<Id, Set<ChildProcess>>(IDS.map((id) => [id, new Set()]));
	active: Id = 'blue';

	private constructor(
		parts: { judge: Judge; store: DeploymentStore; redis: RedisServer | null },
		folder: string,
		router: RouterProcess,
	) {
		this.judge = parts.judge;
		this.store = parts.store;
		this.redis = parts.redis;
		this.#folder = folder;
		this.#router = router;
	}

	static async open(): Promise<Fleet> {
		const folder = await mkdtemp(join(tmpdir(), 'pulse-newest-'));
		const redis = redisServerMissing() === null ? await startRedisServer() : null;
		const url = redis?.url ?? `sqlite:${join(folder, 'store.db')}`;
		const store = await openStore(url, { prefix: 'newest' });
		await store.register('green', 'green');
		await store.promote('blue', 'blue');
		const router = await startRouterProcess({
			PULSE_KV_URL: url,
			...(redis === null ? { PULSE_KV_KIND: 'sqlite', PULSE_KV_PATH: join(folder, 'store.db') } : {}),
			PULSE_RAILWAY_REDIS_PREFIX: 'newest',
			PULSE_RAILWAY_INTERNAL_TOKEN: TOKEN,
			PULSE_RAILWAY_ROUTER_SNAPSHOT_FILE: join(folder, 'snapshot.json'),
			PULSE_RAILWAY_ROUTER_WORKERS: '1',
		});
		await writeFile(join(folder, 'network.json'), JSON.stringify({ 'pulse-router': `127.0.0.1:${router.port}` }));
		const fleet = new Fleet({ judge: await Judge.open(), store, redis }, folder, router);
		await fleet.fill();
		await until('somebody to run', async () => fleet.judge.last !== null, 15_000);
		return fleet;
	}

	/** Starts what is missing. */
	async fill(): Promise<void> {
		await Promise.all(
			IDS.flatMap((id) => Array.from({ length: REPLICAS - this.#replicas.get(id)!.size }, () => this.#start(id))),
		);
	}

	async promote(id: Id): Promise<void> {
		this.active = id;
		await this.store.promote(id, id);
	}

	/** The process that ran last. */
	holder(): ChildProcess {
		const pid = this.judge.last?.pid;
		const found = this.#all().find((one) => one.pid === pid);
		if (found === undefined) throw new Error(`process ${pid} runs, and is none of the living`);
		return found;
	}

	lives(pid: number): boolean {
		return this.#all().some((one) => one.pid === pid);
	}

	async close(): Promise<void> {
		const all = this.#all();
		for (const one of all) one.kill('SIGKILL');
		await Promise.all(all.map((one) => one.exitCode ?? one.signalCode ?? once(one, 'exit')));
		await this.#router.stop();
		await this.store.close();
		await this.redis?.stop();
		this.judge.close();
		await rm(this.#folder, { recursive: true, force: true });
	}

	#all(): ChildProcess[] {
		return [...this.#replicas.values()].flatMap((some) => [...some]);
	}

	async #start(id: Id): Promise<void> {
		const child = spawn(process.execPath, [PULSE, 'run', APP, '--address', '127.0.0.1', '--port', '0'], {
			env: {
				PATH: process.env.PATH,
				JUDGE_PORT: String(this.judge.port),
				PULSE_DEPLOYMENT_ID: id,
				PULSE_RAILWAY_INTERNAL_TOKEN: TOKEN,
				PULSE_RAILWAY_SERVICE: 'pulse-router',
				PULSE_RAILWAY_PRIVATE_NETWORK: join(this.#folder, 'network.json'),
			},
			stdio: ['ignore', 'ignore', 'pipe'],
		});
		const replicas = this.#replicas.get(id)!;
		replicas.add(child);
		child.once('exit', () => replicas.delete(child));
		await new Promise<void>((resolve, reject) => {
			createInterface(child.stderr).on('line', (line) => line.startsWith('Listening') && resolve());
			child.once('exit', () => reject(new Error(`a process of ${id} ended before it listened`)));
		});
	}
}
