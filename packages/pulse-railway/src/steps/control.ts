import { isDeployToolError } from 'pulse-deploy-kit/errors';
import type { ControlParams, ControlResult } from '../control/methods.ts';
import { DeploymentStateError } from '../deployments/errors.ts';
import { isOvertaken } from './guard.ts';
import type { Perform } from './performers.ts';
import { putBack, withFate } from './put-back.ts';
import { type Run, routerOf } from './run.ts';

/** How long browsers that were told to reload get before their server goes. */
const RELOAD_MS = 1_000;

export const register: Perform<'register'> = async (step, run, signal) => {
	await underLock(run, 'register', { id: step.deployment, serviceName: step.service }, signal);
	return undefined;
};

/** The durable write stands by then, so a lock that is lost between the two takes it back (the engine does not ask before). */
export const promote: Perform<'promote'> = async (step, run, signal) => {
	const params = { id: step.deployment, serviceName: step.service };
	const { draining } = await underLock(run, 'promote', params, signal).catch(async (error: unknown) => {
		throw isOvertaken(error) ? withFate(error, await putBack(step.deployment, run)) : error;
	});
	return draining.length === 0 ? undefined : `${draining.map(({ id }) => id).join(', ')} draining`;
};

export const reconcile: Perform<'reconcile'> = async (step, run, signal) => {
	const services = step.truth.services.map(({ id, serviceName }) => ({ id, serviceName }));
	const ifRevision =
		step.ifRevision === 'current'
			? (await routerOf(run).control('status', { sessions: false }, signal)).snapshot.revision
			: step.ifRevision;
	await underLock(run, 'reconcile', { activeId: step.truth.activeId, services, ifRevision }, signal);
	return undefined;
};

export const retire: Perform<'retire'> = async (step, run, signal) => {
	await underLock(run, 'retire', { id: step.deployment }, signal);
	// Courtesy only, and unknown to older routers: a stale socket reloads its page anyway.
	const { told } = await routerOf(run)
		.control('reload', { id: step.deployment }, signal)
		.catch(() => ({ told: 0 }));
	signal.throwIfAborted();
	if (told === 0) return undefined;
	await run.ports.clock.sleep(RELOAD_MS, signal);
	return `${told} browser(s) told to reload`;
};

/** Looks first: an older router would drop the record in whatever state. */
export const removeRecord: Perform<'remove-record'> = async (step, run, signal) => {
	const { snapshot } = await routerOf(run).control('status', { sessions: false }, signal);
	const known = snapshot.deployments.find(({ id }) => id === step.deployment);
	if (known === undefined) return undefined;
	if (known.state !== step.state) throw new DeploymentStateError(step.deployment, known.state, 'forget');
	await underLock(run, 'remove', { id: step.deployment, from: step.state }, signal);
	return undefined;
};

/** The store refuses a grant that lapsed, also one that nobody else got: then the lock is taken again, once. */
async function underLock<Method extends 'register' | 'promote' | 'reconcile' | 'retire' | 'remove'>(
	run: Run,
	method: Method,
	params: ControlParams<Method>,
	signal: AbortSignal,
): Promise<ControlResult<Method>> {
	const { lock } = run;
	const ask = (withGrant: ControlParams<Method>) =>
		routerOf(run).control(method, withGrant, signal) as Promise<ControlResult<Method>>;
	if (lock === undefined) return ask(params);
	const call = async () => {
		await lock.confirm();
		return ask({ ...params, lock: lock.grant });
	};
	return call().catch((error: unknown) => {
		if (!isDeployToolError(error) || error.code !== 'lock-lost' || lock.lost.aborted) throw error;
		return call();
	});
}
