import { unguarded } from 'pulse-deploy-kit/plan/guard';
import { execute as carryOut, type UndertakeOptions } from 'pulse-deploy-kit/plan/undertake';
import type { Plan, Step } from '../plan/step.ts';
import { PERFORMERS } from './performers.ts';
import type { Run } from './run.ts';

/** Tasks may take minutes to end. */
const UNDO_BUDGET_MS = 16 * 60_000;

/** Carries out a plan of ours with the kit's engine. Every write makes sure of the lock by itself. */
export function execute(plan: Plan, run: Run, signal: AbortSignal): Promise<Run> {
	return carryOut(plan, run, optionsOf(run, signal));
}

function optionsOf({ session: { host } }: Run, signal: AbortSignal): UndertakeOptions<Step, Run> {
	return {
		performers: PERFORMERS,
		host,
		guard: unguarded,
		signal,
		undoBudgetMs: UNDO_BUDGET_MS,
		words: { tool: 'pulse-aws', where: 'on AWS' },
	};
}
