import type { Step } from '../plan/step.ts';
import type { Perform } from './performers.ts';
import { startDraining } from './start-draining.ts';

export function markDrainingStep(): Step {
	return {
		kind: 'mark-draining',
		id: 'mark-draining',
		title: 'Mark the other deployments draining',
		section: 'Traffic',
	};
}

/** Marks what was active; a deployment that drains already keeps its time. */
export const markDraining: Perform<'mark-draining'> = async (_step, run) => {
	const others = run.fleet?.deployments.filter((one) => one.id !== run.id) ?? [];
	// Seen before this run settled what an interrupted one left: the listener's deployment counts as active.
	const draining = others.filter((one) => one.state === 'active' || one.targetGroupArn === run.previousTargetGroupArn);
	await Promise.all(draining.map((one) => startDraining(run, one)));
	const text = draining.length === 0 ? 'none' : draining.map((one) => one.id).join(', ');
	return { text, learnt: { draining } };
};
