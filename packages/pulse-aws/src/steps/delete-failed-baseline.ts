import type { Step } from '../plan/step.ts';
import type { Perform } from './performers.ts';
import { removeStack } from './remove-stack.ts';

export function deleteFailedBaselineStep(): Step {
	return {
		kind: 'delete-failed-baseline',
		id: 'delete-failed-baseline',
		title: 'Delete the baseline stack that could not be created',
		section: 'Baseline',
	};
}

/** After a failed first creation nothing but deletion helps. */
export const deleteFailedBaseline: Perform<'delete-failed-baseline'> = async (_step, run, signal, tell) => {
	await removeStack(run, signal, tell);
	return { learnt: { baseline: null } };
};
