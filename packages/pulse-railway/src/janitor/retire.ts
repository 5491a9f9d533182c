import type { Clock } from 'pulse-deploy-kit/clock';
import type { HeldLock } from '../control/hold-lock.ts';
import { ActiveDeploymentError } from '../deployments/errors.ts';
import type { DeploymentStore } from '../deployments/store.ts';
import type { Platform, StackObservation } from '../platform/port.ts';
import { ACTIVE_DEPLOYMENT_VARIABLE } from '../protocol.ts';
import type { Backends } from './backends.ts';
import type { BackendService } from './durable.ts';
import { sharedValue } from './shared-value.ts';

/** How long browsers that were told to reload get before their server goes. */
const RELOAD_MS = 1_000;

/** What Railway said this long ago is asked again before a service goes. */
const FRESH_MS = 3_000;

export interface Retirement {
	readonly store: DeploymentStore;
	readonly platform: Pick<Platform, 'observe' | 'deleteService'>;
	readonly backends: Pick<Backends, 'reload'>;
	readonly clock: Clock;
	readonly lock: Pick<HeldLock, 'grant' | 'confirm'>;
	readonly deployFence: number;
	/** When Railway said that the service is not the active one's, Unix milliseconds. */
	readonly observedAt: number;
	readonly signal: AbortSignal;
}

/**
 * Decision 10: the router stops routing, browsers reload, the service goes, and last the record, so that a failure in
 * between leaves a record that the next run finishes. Every step may be repeated. Rejects with `LockHeldError` or
 * `ActiveDeploymentError`, before anything is changed, when a deploy runs or ran, or it was promoted, since it was judged;
 * and before the service goes, when its record is no longer the retiring one: another janitor may have gone on meanwhile.
 */
export async function retire({ id, serviceId }: BackendService, by: Retirement): Promise<void> {
	const { store, lock } = by;
	const record = await store.retire(id, { lock: lock.grant, unless: 'deploy', unlessSince: by.deployFence });
	if (record) {
		const told = await by.backends.reload(record, by.signal).catch(() => 0);
		if (told > 0) await by.clock.sleep(RELOAD_MS, by.signal);
	}
	by.signal.throwIfAborted();
	await stillRetiring(id, by);
	await by.platform.deleteService(serviceId, by.signal);
	await lock.confirm();
	await store.remove(id, { lock: lock.grant, from: 'retiring' });
}

async function stillRetiring(id: string, { store, platform, clock, lock, observedAt, signal }: Retirement) {
	if (clock.now() - observedAt >= FRESH_MS && durableActive(await platform.observe(signal)) === id)
		throw new ActiveDeploymentError(id);
	const record = await store.find(id);
	if (record !== null && record.state !== 'retiring') throw new ActiveDeploymentError(id);
	await lock.confirm();
}

function durableActive(observation: StackObservation): string | undefined {
	return sharedValue(observation, ACTIVE_DEPLOYMENT_VARIABLE)?.trim();
}
