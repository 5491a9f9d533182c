import type { Step } from '../plan/step.ts';
import type { Perform } from './performers.ts';
import { removeStack } from './remove-stack.ts';

export function deleteStackStep(): Step {
	return { kind: 'delete-stack', id: 'delete-stack', title: 'Delete the baseline stack', section: 'Teardown' };
}

export const deleteStack: Perform<'delete-stack'> = async (_step, run, signal, tell) => {
	await removeStack(run, signal, tell);
	return undefined;
};
