import { BASELINE_VARIABLE } from '../protocol.ts';
import { guarded } from './guard.ts';
import type { Perform } from './performers.ts';
import { platformOf } from './run.ts';

/** With a word of this run alone, by which it knows later whether another command has gone on with the stack since. */
export const markBaseline: Perform<'mark-baseline'> = async (step, run, signal) => {
	const mark = step.phase === 'ready' ? 'ready' : `${step.phase}:${run.owner}`;
	run.marks?.(mark, false);
	await guarded(run, signal, (signal) => platformOf(run).setVariables(null, { [BASELINE_VARIABLE]: mark }, signal));
	run.marks?.(mark, true);
	return undefined;
};
