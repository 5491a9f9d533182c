import { readTraffic } from '../platform/traffic.ts';
import { activeTargetGroup } from '../traffic/traffic.ts';
import type { Run } from './run.ts';
import { removeDeployments } from './steps/remove-deployments.ts';

/** Removes whatever there is of this run's deployment; a baseline that was made stays, the next deploy uses it. */
export async function undoDeploy(run: Run, signal: AbortSignal): Promise<void> {
	if (run.baseline === null) return;
	const traffic = await readTraffic(run.session.aws, run.baseline.listenerArn);
	const target = activeTargetGroup(traffic);
	// Visitors are on it: whatever went wrong, it must not be taken from under them.
	if (target !== null && target === run.target?.targetGroupArn) return;
	await removeDeployments(run, [run.id], signal);
	const taskDefinition = run.taskDefinitionArn;
	if (taskDefinition !== null) await run.session.aws.ecs.deregisterTaskDefinition({ taskDefinition });
}
