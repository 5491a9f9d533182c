import { removeLeftoversStep } from '../steps/remove-leftovers.ts';
import { settleStep } from '../steps/settle.ts';
import { activeDeployment } from '../traffic/traffic.ts';
import { canaryLeftovers } from './canary.ts';
import type { Fleet } from './observation.ts';
import type { Step } from './step.ts';

/**
 * What killed runs left, seen while holding the deploy lock: a switch that was not written down is, and whatever was starting
 * is removed, but what another command is making right now (contract, decision 23).
 */
export function settleSteps(fleet: Fleet): Step[] {
	const active = activeDeployment(fleet.traffic, fleet.deployments);
	const superseded = fleet.deployments.filter((one) => one !== active && one.state === 'active');
	const steps: Step[] = [];
	if (active !== null && (active.state !== 'active' || superseded.length > 0)) {
		steps.push(settleStep(active, superseded));
	}
	steps.push(...canaryLeftovers(fleet));
	const ids = halfMade(fleet).filter((id) => fleet.leases?.has(id) !== true);
	if (ids.length > 0) steps.push(removeLeftoversStep(ids, 'left by an interrupted deploy', lapsedOf(fleet, ids)));
	return steps;
}

/** Of those, what must be known before visitors are sent elsewhere; removing leftovers can wait for the next deploy. */
export function settleFirst(fleet: Fleet): Step[] {
	return settleSteps(fleet).filter(({ kind }) => kind === 'settle' || kind === 'end-canary');
}

/** Ids of what no visitor was ever sent to. */
export function halfMade({ traffic, deployments, strays, reserved = [] }: Fleet): readonly string[] {
	const active = activeDeployment(traffic, deployments);
	const starting = deployments.filter((one) => one !== active && one.state === 'deploying').map((one) => one.id);
	return [...new Set([...starting, ...strays, ...reserved])];
}

/** Leases that must be ended before what they stand for is removed. */
export function lapsedOf({ lapsed = new Map() }: Fleet, ids: readonly string[]): ReadonlyMap<string, string> {
	return new Map([...lapsed].filter(([id]) => ids.includes(id)));
}
