import type { Perform } from '../perform.ts';
import { type Run, routerOf } from '../run.ts';

/** How long browsers that were told to reload get before their server goes. */
const RELOAD_MS = 1_000;

export const register: Perform<'register'> = async (step, run, signal) => {
	const params = { id: step.deployment, serviceName: step.service, ...underLock(run) };
	await routerOf(run).control('register', params, signal);
	return undefined;
};

export const promote: Perform<'promote'> = async (step, run, signal) => {
	const params = { id: step.deployment, serviceName: step.service, ...underLock(run) };
	const { draining } = await routerOf(run).control('promote', params, signal);
	return draining.length === 0 ? undefined : `${draining.map(({ id }) => id).join(', ')} draining`;
};

export const reconcile: Perform<'reconcile'> = async (step, run, signal) => {
	const router = routerOf(run);
	const services = step.truth.services.map(({ id, serviceName }) => ({ id, serviceName }));
	const ifRevision =
		step.ifRevision === 'current'
			? (await router.control('status', { sessions: false }, signal)).snapshot.revision
			: step.ifRevision;
	await router.control('reconcile', { activeId: step.truth.activeId, services, ifRevision, ...underLock(run) }, signal);
	return undefined;
};

export const retire: Perform<'retire'> = async (step, run, signal) => {
	const router = routerOf(run);
	await router.control('retire', { id: step.deployment, ...underLock(run) }, signal);
	// Courtesy only, and unknown to older routers: a stale socket reloads its page anyway.
	const { told } = await router.control('reload', { id: step.deployment }, signal).catch(() => ({ told: 0 }));
	signal.throwIfAborted();
	if (told === 0) return undefined;
	await run.ports.clock.sleep(RELOAD_MS, signal);
	return `${told} browser(s) told to reload`;
};

/** Not under the lock: undoing may run after it was lost. The store refuses for the active deployment in any case. */
export const removeRecord: Perform<'remove-record'> = async (step, run, signal) => {
	await routerOf(run).control('remove', { id: step.deployment }, signal);
	return undefined;
};

function underLock(run: Run) {
	return run.lock === undefined ? {} : { lock: run.lock.grant };
}
