import { type Ask, freshMs } from '../task/ask.ts';
import { type InUseReport, sumOfUse } from '../task/task-word.ts';
import { wordOnUse } from '../task/told-word.ts';

/** What a task wrote. */
export interface TaskParameter {
	readonly deploymentId: string;
	readonly taskId: string | null;
	readonly value: string;
	/** Unix ms. */
	readonly changedAt: number;
}

export interface TaskWords {
	/** Also of tasks that are gone. */
	readonly said: readonly TaskParameter[];
	/** Ids of running tasks, by deployment. */
	readonly running: ReadonlyMap<string, readonly string[]>;
	/** What tasks are asked; `null`: nothing. */
	readonly ask: Ask | null;
}

/**
 * Who is on a deployment, as its running tasks say. Of one that drains what some say is told, since it holds it; of any other, and
 * where there is nothing, only what all of them say: the rest would be too few.
 */
export function inUseOf(
	id: string,
	drains: boolean,
	{ said, running, ask }: TaskWords,
	now: number,
): InUseReport | null {
	const freshSince = now - freshMs(ask);
	const words = (running.get(id) ?? []).map((task) => {
		const one = said.find(({ deploymentId, taskId }) => deploymentId === id && taskId === task);
		return one === undefined ? null : wordOnUse(one, drains, freshSince);
	});
	const told = words.filter((word) => word !== null);
	const sum = sumOfUse(told);
	if (told.length === words.length) return sum;
	return drains && sum !== null && Object.keys(sum).length > 0 ? sum : null;
}
