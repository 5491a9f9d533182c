import type { Report } from 'pulse-deploy-kit/plan/perform';
import { waitFor } from 'pulse-deploy-kit/wait';
import type { Step } from '../plan/step.ts';
import { countEnding } from '../platform/tasks.ts';
import type { Perform } from './performers.ts';
import { made, type Run } from './run.ts';

/** Leaving the load balancer and the app's own goodbye take minutes at most. */
const BUDGET_MS = 15 * 60_000;

export function awaitTasksStep(): Step {
	return { kind: 'await-tasks', id: 'await-tasks', title: 'Wait until the last task has ended', section: 'Teardown' };
}

export const awaitTasks: Perform<'await-tasks'> = async (_step, run, signal, tell) => {
	await awaitEndOfTasks(run, signal, tell);
	return undefined;
};

/** @param only of these deployments. Default all, and until their services are gone too */
export async function awaitEndOfTasks(
	run: Run,
	signal: AbortSignal,
	tell: Report,
	only?: ReadonlySet<string>,
): Promise<void> {
	const { clusterName } = made(run.baseline, 'the baseline');
	let left = '';
	await waitFor({
		what: 'the tasks to end',
		budgetMs: BUDGET_MS,
		intervalsMs: [2000, 5000],
		clock: run.session.clock,
		signal,
		check: async () => {
			const { tasks, services } = await countEnding(run.session.aws, clusterName, only);
			if (tasks + (only === undefined ? services : 0) === 0) return true;
			left = `${tasks} task(s)${only === undefined ? ` and ${services} service(s)` : ''} left`;
			tell(left);
			return undefined;
		},
		lastSeen: () => `${left} in the cluster ${clusterName}`,
		next: `Stop what still runs in the cluster, then run the same command again.`,
	});
}
