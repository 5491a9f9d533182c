import { execute as carryOut, type UndertakeOptions } from 'pulse-deploy-kit/plan/undertake';
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
