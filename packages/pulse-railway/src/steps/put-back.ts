import { DeployToolError, isDeployToolError } from 'pulse-deploy-kit/errors';
import { type Guard, guarded } from 'pulse-deploy-kit/plan/guard';
import type { HeldLock } from '../control/hold-lock.ts';
import { ACTIVE_DEPLOYMENT_VARIABLE } from '../protocol.ts';
import { durableActiveId } from '../stack/durable.ts';
import { underOneGrant } from './guard.ts';
import { platformOf, type Run, routerOf } from './run.ts';

/** For the command that took the lock to end, and the write. */
const BUDGET_MS = 120_000;

/**
 * Railway knows no lock: the durable write may have come after another command had made its own deployment active, or after
 * this one was deleted. Under the lock, taken anew where it was lost, the durable truth is read again and made to follow the
 * live one, to which only a holder can write. Resolves with what became of it, for the error that ends the command.
 */
export async function putBack(deployment: string, run: Run, held?: HeldLock): Promise<string> {
	// The command's own signal has fired.
	const signal = AbortSignal.timeout(BUDGET_MS);
	const followed = (lock: HeldLock) => underOneGrant(lock, (guard) => follow(deployment, run, guard, signal));
	try {
		if (held !== undefined) return await followed(held);
		if (run.relock === undefined) return unknown(deployment);
		return await run.relock(followed, signal);
	} catch (error) {
		if (!isDeployToolError(error)) throw error;
		return `${unknown(deployment)} ${error.message}`;
	}
}

async function follow(deployment: string, run: Run, guard: Guard, signal: AbortSignal): Promise<string> {
	const { activeId } = (await routerOf(run).control('status', { sessions: false }, signal)).snapshot;
	const durable = durableActiveId(await platformOf(run).observe(signal));
	if (activeId === null || activeId === deployment) return `${deployment} was written as the active deployment.`;
	// Reads lag behind writes, so the other's name may also stand there for some seconds more.
	if (durable !== deployment && durable !== activeId) return `Another command made ${durable} active.`;
	await guarded(guard, signal, (signal) =>
		platformOf(run).setVariables(null, { [ACTIVE_DEPLOYMENT_VARIABLE]: activeId }, signal),
	);
	return `${activeId} is the active deployment, as before or as another command left it; ${deployment} was not made active.`;
}

function unknown(deployment: string): string {
	return `Railway may name ${deployment} as the active deployment although new visitors reach another: compare both in pulse-railway status, and promote the one that is wanted.`;
}

/** The lock's loss, with what became of the write. */
export function withFate(loss: unknown, fate: string): unknown {
	if (!isDeployToolError(loss)) return loss;
	return new DeployToolError(loss.code, loss.message, {
		fault: loss.fault,
		detail: [loss.detail, fate].filter((line) => line !== undefined).join('\n'),
		cause: loss,
	});
}
