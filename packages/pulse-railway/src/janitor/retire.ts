import type { Clock } from 'pulse-deploy-kit/clock';
import type { DeploymentStore, WriteOptions } from '../deployments/store.ts';
import type { Platform } from '../platform/port.ts';
import type { Backends } from './backends.ts';
import type { BackendService } from './durable.ts';

/** How long browsers that were told to reload get before their server goes. */
const RELOAD_MS = 1_000;

export interface Retirement {
	readonly store: DeploymentStore;
	readonly platform: Pick<Platform, 'deleteService'>;
	readonly backends: Pick<Backends, 'reload'>;
	readonly clock: Clock;
	readonly lock: NonNullable<WriteOptions['lock']>;
	readonly deployFence: number;
	readonly signal: AbortSignal;
}

/**
 * Decision 10: the router stops routing, browsers reload, the service goes, and last the record, so that a failure in
 * between leaves a record that the next run finishes. Every step may be repeated. Rejects with `LockHeldError` or
 * `ActiveDeploymentError`, before anything is changed, when a deploy runs or ran, or it was promoted, since it was judged.
 */
export async function retire({ id, serviceId }: BackendService, by: Retirement): Promise<void> {
	const record = await by.store.retire(id, { lock: by.lock, unless: 'deploy', unlessSince: by.deployFence });
	if (record) {
		const told = await by.backends.reload(record, by.signal).catch(() => 0);
		if (told > 0) await by.clock.sleep(RELOAD_MS, by.signal);
	}
	by.signal.throwIfAborted();
	await by.platform.deleteService(serviceId, by.signal);
	await by.store.remove(id, { lock: by.lock });
}
