import type { Deployment } from '../deployments/deployment.ts';
import type { Step } from '../plan/step.ts';
import { scaleToZero } from '../platform/delete.ts';
import { markRetiring } from '../platform/state.ts';
import { stillLeft } from './depart.ts';
import type { Perform } from './performers.ts';
import { made } from './run.ts';

/** So long pages that were told to load anew at once get before their tasks end: tasks look every few seconds. */
const TOLD_MS = 10_000;

export function endTasksStep(deployment: Deployment): Step {
	const title = `End the tasks of ${deployment.id}`;
	return { kind: 'end-tasks', id: 'end-tasks', title, section: 'Pages', deployment };
}

/** In the order of the reaper, which deletes what is left once no task runs any more. */
export const endTasks: Perform<'end-tasks'> = async ({ deployment: { id } }, run, signal, tell) => {
	const { aws, clock } = run.session;
	if (run.departure !== null) {
		tell('waiting for its pages to load anew');
		await clock.sleep(TOLD_MS, signal);
	}
	const { serviceArn } = await stillLeft(id, run);
	await markRetiring(aws, serviceArn, clock.now());
	await scaleToZero(aws, made(run.baseline, 'the baseline').clusterName, id);
	run.tell({ event: 'retired', id });
	return undefined;
};
