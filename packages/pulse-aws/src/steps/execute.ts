import { unguarded } from 'pulse-deploy-kit/plan/guard';
import { execute as carryOut, type Phase, type UndertakeOptions, undertake } from 'pulse-deploy-kit/plan/undertake';
import type { Plan, Step } from '../plan/step.ts';
import { PERFORMERS } from './performers.ts';
import type { Run } from './run.ts';

/** Tasks may take minutes to end. */
const UNDO_BUDGET_MS = 16 * 60_000;

/** Carries out a plan of ours with the kit's engine. Every write makes sure of the lock or lease by itself. */
export function execute(plan: Plan, run: Run, signal: AbortSignal): Promise<Run> {
	return carryOut(plan, run, optionsOf(run, signal));
}

/** Several plans as one undertaking: what they made is taken back together. */
export function executePhases<T>(
	run: Run,
	signal: AbortSignal,
	work: (phase: Phase<Step, Run>) => Promise<T>,
): Promise<T> {
	return undertake(run, optionsOf(run, signal), work);
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
