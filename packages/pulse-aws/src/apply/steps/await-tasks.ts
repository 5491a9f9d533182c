import { waitFor } from 'pulse-deploy-kit/wait';
import { countLivingTasks } from '../../platform/tasks.ts';
import { made, type Run } from '../run.ts';

/** Leaving the load balancer and the app's own goodbye take minutes at most. */
const BUDGET_MS = 15 * 60_000;

export async function awaitTasks(
	run: Run,
	signal: AbortSignal,
	tell: (waitingFor: string) => void,
): Promise<undefined> {
	const { clusterName } = made(run.baseline, 'the baseline');
	let living = 0;
	await waitFor({
		what: 'the tasks to end',
		budgetMs: BUDGET_MS,
		intervalsMs: [2000, 5000],
		clock: run.session.clock,
		signal,
		check: async () => {
			living = await countLivingTasks(run.session.aws, clusterName);
			if (living > 0) tell(`${living} left`);
			return living === 0 ? true : undefined;
		},
		lastSeen: () => `${living} left in the cluster ${clusterName}`,
		next: 'Stop what still runs in the cluster, then run pulse-aws teardown again.',
	});
}
