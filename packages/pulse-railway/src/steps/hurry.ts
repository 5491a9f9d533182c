import type { Step } from '../plan/step.ts';
import type { Perform } from './performers.ts';
import { routerOf } from './run.ts';

export function hurryStep(deployment: string, what: 'move' | 'stay' = 'move'): Step {
	const title = `Tell the pages of ${deployment} ${what === 'move' ? 'by when they are to move' : 'that they may stay'}`;
	return { kind: 'hurry', id: 'hurry', title, deployment, optional: true };
}

/** The router looks once more whether it is to be left: a page of what became active meanwhile may stay. */
export const hurry: Perform<'hurry'> = async ({ deployment: id }, run, signal) => {
	const { told, later } = await routerOf(run).control('hurry', { id }, signal);
	if (later) return 'its app knows no such time: its pages are told when it is over';
	return told === 0 ? undefined : `${told} told`;
};
