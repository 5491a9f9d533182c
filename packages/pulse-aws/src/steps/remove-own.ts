import type { Step } from '../plan/step.ts';
import { orGone } from '../platform/error-names.ts';
import type { Perform } from './performers.ts';
import { removeUnlessServing } from './remove-leftovers.ts';

export function removeOwnStep(id: string): Step {
	return { kind: 'remove-own', id: 'undo', title: `Remove what was made of ${id}` };
}

/**
 * Removes whatever there is of this run's deployment, unless visitors are on it; a baseline that was made stays, the next
 * deploy uses it. It needs no lock: the id is this run's own.
 */
export const removeOwn: Perform<'remove-own'> = async (_step, run, signal, tell) => {
	const { id } = run;
	const others = run.previousTargetGroupArn === null ? '' : '; nothing has changed for visitors';
	if (run.baseline === null || !run.ownsId) return `Nothing was made of ${id}${others}`;
	const own = { ...run, session: run.ungated };
	// A teardown that ran meanwhile took everything along.
	const serving = await orGone(
		removeUnlessServing(own, [id], signal, tell),
		...['ListenerNotFoundException', 'ClusterNotFoundException', 'LoadBalancerNotFoundException'],
	);
	if (serving?.includes(id)) return `${id} serves visitors by now and stays`;
	const taskDefinition = run.taskDefinitionArn;
	if (taskDefinition !== null)
		await orGone(own.session.aws.ecs.deregisterTaskDefinition({ taskDefinition }), 'ClientException');
	return `Removed what was made of ${id}${others}`;
};
