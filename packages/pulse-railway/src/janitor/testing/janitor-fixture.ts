import { type Clock, systemClock } from 'pulse-deploy-kit/clock';
import { type RecordingHost, recordingHost } from 'pulse-deploy-kit/recording-host';
import { Secret } from 'pulse-deploy-kit/secret';
import { afterEach, beforeEach } from 'vitest';
import { type Backends, openBackends } from '../../backends/backends.ts';
import type { DeploymentStore } from '../../deployments/store.ts';
import { ACTIVE_DEPLOYMENT_VARIABLE } from '../../protocol.ts';
import { type JanitorResult, runJanitor } from '../run.ts';
import { inMemoryPlatform } from './in-memory-platform.ts';
import { type Backend, runningBackends } from './running-backends.ts';

const TOKEN = 'internal-token';
export const POLICY = { drainGraceMs: 60_000, maxDrainAgeMs: 86_400_000, rollbackWindowMs: 0, rollbackKeep: 1 };

export type OpenStore = (clock: Clock) => Promise<DeploymentStore>;

/** A stack to clean: a store, a platform, running backends and a clock that the test moves. */
export interface JanitorFixture {
	now: number;
	store: DeploymentStore;
	backends: Backends;
	world: ReturnType<typeof inMemoryPlatform>;
	host: RecordingHost;
	/** What was done to the outside, in order. */
	log: string[];
	/** The waits for browsers to reload, milliseconds. */
	slept: number[];
	/** As the CLI does: service, record, durable, live. Idle unless told otherwise. */
	deploy(id: string, app?: Partial<Backend>): Promise<void>;
	run(options?: Partial<Parameters<typeof runJanitor>[0]>): Promise<JanitorResult>;
	states(): Promise<Record<string, string>>;
}

export const idle = (id: string) => ({
	deployment_id: id,
	connected_render_count: 0,
	resumable_render_count: 0,
	render_session_count: 0,
	drainable: true,
	session_timeout_seconds: 60,
});

/** A new one for each test. */
export function useJanitor(open: OpenStore): JanitorFixture {
	const on = {} as JanitorFixture;
	let apps: ReturnType<typeof runningBackends>;
	const clock: Clock = {
		now: () => on.now,
		sleep: (ms, signal) => {
			if (ms === 1_000 || ms === 4_000) on.slept.push(ms);
			// The lock's renewal must not spin while time stands still.
			return ms > 5_000 ? systemClock.sleep(ms, signal) : Promise.resolve();
		},
	};

	beforeEach(async () => {
		Object.assign(on, { now: Date.now(), log: [], slept: [], host: recordingHost() });
		on.world = inMemoryPlatform(on.log);
		apps = runningBackends(TOKEN, on.log);
		on.store = await open(clock);
		on.backends = openBackends({ network: apps.network, port: 8_000, token: new Secret(TOKEN), totalMs: 500 });
	});
	afterEach(async () => {
		await apps.stop();
		await on.backends.close();
		await on.store.close();
	});

	on.deploy = async (id, app) => {
		on.world.add(`svc-${id}`, { PULSE_DEPLOYMENT_ID: id });
		await apps.serve(id, { sessions: idle(id), sockets: 0, ...app });
		await on.store.register(id, `svc-${id}`);
		on.world.sharedVariables[ACTIVE_DEPLOYMENT_VARIABLE] = id;
		await on.store.promote(id, `svc-${id}`);
	};
	on.run = (options) =>
		runJanitor({
			store: on.store,
			platform: on.world.platform,
			backends: on.backends,
			policy: POLICY,
			owner: 'janitor here',
			host: on.host,
			clock,
			signal: new AbortController().signal,
			...options,
		});
	on.states = async () =>
		Object.fromEntries((await on.store.snapshot()).deployments.map(({ id, state }) => [id, state]));
	return on;
}
