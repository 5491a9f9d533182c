import { removeLeftoversStep } from '../steps/remove-leftovers.ts';
import { settleStep } from '../steps/settle.ts';
import { activeDeployment } from '../traffic/traffic.ts';
import type { Fleet } from './observation.ts';
import type { Step } from './step.ts';

/**
 * What a killed run left, seen while holding the deploy lock: a switch that was not written down is, and whatever was
 * starting is removed. No running deploy can be mistaken for one of these, since it would hold the lock.
 */
export function settleSteps(fleet: Fleet): Step[] {
	const active = activeDeployment(fleet.traffic, fleet.deployments);
	const others = fleet.deployments.filter((one) => one !== active);
	const superseded = others.filter((one) => one.state === 'active');
	const steps: Step[] = [];
	if (active !== null && (active.state !== 'active' || superseded.length > 0)) {
		steps.push(settleStep(active, superseded));
	}
	const starting = others.filter((one) => one.state === 'deploying').map((one) => one.id);
	const ids = [...new Set([...starting, ...fleet.strays, ...(fleet.reserved ?? [])])];
	if (ids.length > 0) steps.push(removeLeftoversStep(ids, 'left by an interrupted deploy'));
	return steps;
}
