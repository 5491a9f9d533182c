import { orGone } from '../platform/error-names.ts';
import { removeLeftovers } from './remove-deployments.ts';
import type { Run } from './run.ts';

/**
 * Removes whatever there is of this run's deployment, unless visitors are on it; a baseline that was made stays, the next
 * deploy uses it. It needs no lock: the id is this run's own.
 * @returns what to tell of it
 */
export async function undoDeploy(run: Run, signal: AbortSignal): Promise<string> {
	const { id } = run;
	const others = run.previousTargetGroupArn === null ? '' : '; nothing has changed for visitors';
	if (run.baseline === null || !run.ownsId) return `Nothing was made of ${id}${others}`;
	const own = { ...run, session: run.ungated };
	const { host, aws } = own.session;
	const tell = (text: string) =>
		host.notify({ level: 'step', id: 'undo', state: 'waiting', text: `Removing ${id}: ${text}` });
	// A teardown that ran meanwhile took everything along.
	const done = await orGone(
		removeLeftovers(own, [id], signal, tell),
		...['ListenerNotFoundException', 'ClusterNotFoundException', 'LoadBalancerNotFoundException'],
	);
	if (done?.serving.includes(id)) return `${id} serves visitors by now and stays`;
	const taskDefinition = run.taskDefinitionArn;
	if (taskDefinition !== null) await orGone(aws.ecs.deregisterTaskDefinition({ taskDefinition }), 'ClientException');
	return `Removed what was made of ${id}${others}`;
}
