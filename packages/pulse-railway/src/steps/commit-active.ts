import { DeployToolError } from 'pulse-deploy-kit/errors';
import { type Guard, NotCommittedError, watch } from 'pulse-deploy-kit/plan/guard';
import { waitFor } from 'pulse-deploy-kit/wait';
import { CanaryOverError } from '../deployments/errors.ts';
import type { Step, StepOf } from '../plan/step.ts';
import { isPlatformError } from '../platform/error.ts';
import { ACTIVE_DEPLOYMENT_VARIABLE } from '../protocol.ts';
import { guardOf, underOneGrant } from './guard.ts';
import type { Perform } from './performers.ts';
import { putBack, withFate } from './put-back.ts';
import { platformOf, type Run, routerOf } from './run.ts';

const REREAD_BUDGET_MS = 10_000;
/** A machine that sleeps again and again in this very moment is not waited for. */
const WRITES = 3;

/** @param canary the rollout that it ends by making it active; it may be halted before */
export function commitActiveStep(deployment: string, canary?: number): Step {
	return {
		kind: 'commit-active',
		id: 'commit',
		title: `Make ${deployment} the active deployment`,
		deployment,
		...(canary === undefined ? {} : { canary }),
		commitPoint: true,
		uninterruptible: true,
	};
}

/**
 * The commit point. It is written only while the lock is surely held, and afterwards the lock is asked for again: a write
 * that a sleeping machine sent late may have undone the promotion of another command, and is put back.
 */
export const commitActive: Perform<'commit-active'> = async (step, run, signal) => {
	await stillStands(step, run, signal).catch((error: unknown) => {
		throw new NotCommittedError(error);
	});
	const { lock } = run;
	if (lock === undefined) return write(step.deployment, run, signal);
	for (let attempt = 1; ; attempt++) {
		const { term, grant } = lock;
		const { late, end } = watch(() => lock.isHeld());
		const failure = await write(step.deployment, run, AbortSignal.any([signal, term, late]))
			.then(
				() => null,
				(error: unknown) => ({ error }),
			)
			.finally(end);
		const stopped = term.aborted || late.aborted;
		if (failure !== null && (failure.error instanceof NotCommittedError || !stopped)) throw failure.error;
		try {
			await lock.confirm();
		} catch (loss) {
			throw withFate(loss, await putBack(step.deployment, run));
		}
		// It lay free for a while, in which the janitor may have deleted what was written as active.
		if (lock.grant.fence !== grant.fence)
			await stillStands(step, run, signal).catch(async (error: unknown) => {
				throw new NotCommittedError(withFate(error, await putBack(step.deployment, run, lock)));
			});
		// No other command had the lock in between, so the write may be repeated.
		if (failure === null) return undefined;
		if (attempt >= WRITES) throw failure.error;
	}
};

/** What the janitor has begun to delete, in the time that the lock lay free, must not become active. */
async function stillStands(step: StepOf<'commit-active'>, run: Run, signal: AbortSignal): Promise<void> {
	const look = async ({ confirm }: Guard) => {
		await refuseGone(step, run, signal);
		await confirm(signal);
	};
	await (run.lock === undefined ? look(guardOf(run)) : underOneGrant(run.lock, look));
}

async function refuseGone(step: StepOf<'commit-active'>, run: Run, signal: AbortSignal): Promise<void> {
	const { deployment } = step;
	const { deployments, canary } = (await routerOf(run).control('status', { sessions: false }, signal)).snapshot;
	if (step.canary !== undefined && canary?.beganAt !== step.canary) throw new CanaryOverError(deployment);
	const state = deployments.find(({ id }) => id === deployment)?.state ?? 'gone';
	if (state === 'gone' || state === 'retiring') {
		throw new DeployToolError('deployment-state', `deployment ${deployment} is ${state} by now`, {
			fault: 'user',
			next: 'See what is there: pulse-railway status',
		});
	}
}

/**
 * A write whose answer was lost is looked for: Railway's reads lag its writes by seconds, so not finding it proves nothing,
 * and then nothing may be undone.
 */
async function write(deployment: string, run: Run, signal: AbortSignal): Promise<undefined> {
	const platform = platformOf(run);
	try {
		await platform.setVariables(null, { [ACTIVE_DEPLOYMENT_VARIABLE]: deployment }, signal);
	} catch (error) {
		if (isPlatformError(error) && !error.mayHaveHappened) throw new NotCommittedError(error);
		await waitFor({
			what: 'the promotion to appear on Railway',
			budgetMs: REREAD_BUDGET_MS,
			clock: run.ports.clock,
			signal,
			check: async (signal) =>
				(await platform.observe(signal)).sharedVariables[ACTIVE_DEPLOYMENT_VARIABLE] === deployment || undefined,
		}).catch(() => {
			throw error;
		});
	}
	return undefined;
}
