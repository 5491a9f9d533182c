import type { Clock } from 'pulse-deploy-kit/clock';
import type { Backends } from '../backends/backends.ts';
import type { HeldLock } from '../control/hold-lock.ts';
import { ActiveDeploymentError } from '../deployments/errors.ts';
import { restingText } from '../deployments/resting.ts';
import type { DeploymentStore } from '../deployments/store.ts';
import type { Platform } from '../platform/port.ts';
import { RESTING_VARIABLE } from '../protocol.ts';
import { type BackendService, durableActiveId } from '../stack/durable.ts';
import { FRESH_LOOK_MS, RELOAD_MS } from '../stack/windows.ts';
import type { Policy } from './facts.ts';
import { rests } from './rests.ts';

export type JanitorPlatform = Pick<Platform, 'observe' | 'deleteService' | 'setVariables' | 'removeDeployment'>;

export interface Retirement {
	readonly store: DeploymentStore;
	readonly platform: JanitorPlatform;
	readonly backends: Pick<Backends, 'reload'>;
	readonly clock: Clock;
	readonly lock: Pick<HeldLock, 'grant' | 'confirm'>;
	readonly deployFence: number;
	/** The rule by which it goes. */
	readonly because: string;
	readonly policy: Policy;
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
export async function retire(service: BackendService, by: Retirement): Promise<void> {
	const { id, serviceId } = service;
	const { store, lock, because } = by;
	const record = await store.retire(id, { lock: lock.grant, unless: 'deploy', unlessSince: by.deployFence, because });
	let touched: number | undefined;
	if (record) {
		// Who waited until now has waited for the longest time that there is.
		const told = await by.backends.reload(record, { within: 0, signal: by.signal }).catch(() => null);
		touched = told?.told ?? (await store.activity()).deployments.get(id)?.tabs;
		if (told !== null && told.told > 0) await by.clock.sleep(told.overInMs + RELOAD_MS, by.signal);
	}
	by.signal.throwIfAborted();
	await stillRetiring(id, by);
	if (rests(record, by.policy)) await stop(service, by);
	else await by.platform.deleteService(serviceId, by.signal);
	await lock.confirm();
	await store.remove(id, {
		lock: lock.grant,
		from: 'retiring',
		because,
		...(touched === undefined ? {} : { touched }),
	});
}

/**
 * What says that it rests comes last: a service that has it is no deployment any more, so its record would be dropped, and what
 * a janitor that was stopped in between had left running would run on.
 */
async function stop({ serviceId, latestDeploymentId: of }: BackendService, { platform, clock, signal }: Retirement) {
	if (of !== null) await platform.removeDeployment(of, signal);
	const text = restingText({ woken: false, at: clock.now(), of });
	await platform.setVariables(serviceId, { [RESTING_VARIABLE]: text }, signal);
}

async function stillRetiring(id: string, { store, platform, clock, lock, observedAt, signal }: Retirement) {
	if (clock.now() - observedAt >= FRESH_LOOK_MS && durableActiveId(await platform.observe(signal)) === id)
		throw new ActiveDeploymentError(id);
	const record = await store.find(id);
	if (record !== null && record.state !== 'retiring') throw new ActiveDeploymentError(id);
	await lock.confirm();
}
