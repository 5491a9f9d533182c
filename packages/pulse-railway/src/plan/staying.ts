import type { Plan } from './step.ts';

/** Of the users on the deployment that new visitors will no longer get; nothing when there is none. */
export function staying(activeId: string | null, count: number | null): Pick<Plan, 'sessions'> {
	if (activeId === null) return {};
	return { sessions: { count, text: `Its ${count ?? 'unknown number of'} live sessions stay on it until they end` } };
}
