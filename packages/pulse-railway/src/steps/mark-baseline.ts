import type { Step } from '../plan/step.ts';
import { BASELINE_VARIABLE } from '../protocol.ts';
import { guarded } from './guard.ts';
import type { Perform } from './performers.ts';
import { platformOf } from './run.ts';

/** Written before anything is changed and after everything is done: a rerun knows what an interrupted command left. */
export function markBaselineStep(value: 'init' | 'upgrade' | 'ready', undo?: Step): Step {
	return {
		kind: 'mark-baseline',
		id: `mark:${value}`,
		title: value === 'ready' ? 'Note that everything is set up' : `Note that ${value} is under way`,
		phase: value,
		...(undo === undefined ? {} : { undo }),
	};
}

/** What an interrupted run left stays known as unfinished. */
export const unmarkBaselineStep: Step = {
	kind: 'delete-variable',
	id: 'undo-mark',
	title: `Remove ${BASELINE_VARIABLE}`,
	service: null,
	name: BASELINE_VARIABLE,
	afterCleanUndo: true,
};

/** With a word of this run alone, by which it knows later whether another command has gone on with the stack since. */
export const markBaseline: Perform<'mark-baseline'> = async (step, run, signal) => {
	const mark = step.phase === 'ready' ? 'ready' : `${step.phase}:${run.owner}`;
	run.marks?.(mark, false);
	await guarded(run, signal, (signal) => platformOf(run).setVariables(null, { [BASELINE_VARIABLE]: mark }, signal));
	run.marks?.(mark, true);
	return undefined;
};
