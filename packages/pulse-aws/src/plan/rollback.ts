import { DeployToolError, usageError } from 'pulse-deploy-kit/errors';
import type { Deployment } from '../deployments/deployment.ts';
import { activeDeployment } from '../traffic/traffic.ts';
import { cutOver } from './cut-over.ts';
import type { Fleet } from './observation.ts';
import { settleSteps } from './settle.ts';
import type { Plan } from './step.ts';

/**
 * Back to a deployment that still lives.
 * @param wanted id; `null`: the one that began to drain last
 */
export function planRollback(fleet: Fleet, wanted: string | null): Plan & { readonly target: Deployment } {
	const active = activeDeployment(fleet.traffic, fleet.deployments);
	const living = fleet.deployments.filter((one) => one !== active && one.state === 'draining' && one.desired > 0);
	const target = wanted === null ? newest(living) : fleet.deployments.find((one) => one.id === wanted);
	const choices = living.length === 0 ? 'none' : living.map((one) => one.id).join(', ');
	if (target === undefined) {
		if (wanted !== null) throw usageError(`deployment '${wanted}' not found`, `Living ones: ${choices}.`);
		throw new DeployToolError('nothing-to-roll-back-to', 'No earlier deployment is running any more.', {
			fault: 'user',
			next: 'Deploy the earlier version of your code again.',
		});
	}
	if (target === active) throw usageError(`${target.id} is active already`, `Living ones: ${choices}.`);
	if (!living.includes(target)) {
		throw usageError(
			`${target.id} cannot be rolled back to: it is ${target.state ?? 'unknown'} with ${target.desired} tasks wanted`,
			`Living ones: ${choices}.`,
		);
	}
	// Removing leftovers can wait for the next deploy; what is active must be known before the switch.
	const settle = settleSteps(fleet).filter((step) => step.kind === 'settle');
	const steps = [...settle, { kind: 'bring-back', deployment: target } as const, ...cutOver(true)];
	return { verb: 'rollback', id: target.id, steps, notes: [], target };
}

function newest(living: readonly Deployment[]): Deployment | undefined {
	return [...living].sort((a, b) => (b.drainStartedAt ?? 0) - (a.drainStartedAt ?? 0) || b.createdAt - a.createdAt)[0];
}
