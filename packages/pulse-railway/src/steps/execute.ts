import { execute as carryOut, type UndertakeOptions, undertake } from 'pulse-deploy-kit/plan/undertake';
import type { HeldLock } from '../control/hold-lock.ts';
import type { Plan, Step } from '../plan/step.ts';
import { guardOf } from './guard.ts';
import { PERFORMERS } from './performers.ts';
import type { Run } from './run.ts';

export interface ExecuteOptions {
	readonly signal: AbortSignal;
	/** Leaves what was created in place after a failure (`--keep-failed`). */
	readonly keepFailed?: boolean;
}

/** Carries out a plan of ours with the kit's engine. */
export function execute(plan: Plan, run: Run, options: ExecuteOptions): Promise<Run> {
	return carryOut(plan, run, {
		...optionsOf(run, options),
		...(run.lock === undefined ? {} : { lost: run.lock.lost }),
	});
}

/** Carries out a phase under a lock. @param stop ends it as well, as the loss of the lock does */
export type Phase = (plan: Plan, lock: HeldLock, stop?: AbortSignal) => Promise<void>;

/**
 * Several plans as one undertaking, each under a lock of its own. What they made is taken back under `lease`, which stands
 * for what this run makes.
 */
export function executePhases<T>(
	run: Run,
	lease: HeldLock,
	options: ExecuteOptions,
	work: (phase: Phase) => Promise<T>,
): Promise<T> {
	run.lock = lease;
	return undertake(run, optionsOf(run, options), (phase) =>
		work(async (plan, lock, stop) => {
			run.lock = lock;
			const signal = stop === undefined ? lock.signal : AbortSignal.any([lock.signal, stop]);
			try {
				await phase(plan, { guard: guardOf(run), signal, lost: lock.lost });
			} finally {
				run.lock = lease;
			}
		}),
	);
}

function optionsOf(run: Run, { signal, keepFailed = false }: ExecuteOptions): UndertakeOptions<Step, Run> {
	return {
		performers: PERFORMERS,
		host: run.ports.host,
		guard: guardOf(run),
		signal,
		keepFailed,
		words: { tool: 'pulse-railway', where: 'on Railway' },
	};
}
