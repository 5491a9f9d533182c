import { DeploymentStateError } from '../deployments/errors.ts';
import type { Step } from '../plan/step.ts';
import type { Perform } from './performers.ts';
import { routerOf } from './run.ts';
import { underLock } from './under-lock.ts';

export function removeRecordStep(
	id: string,
	deployment: string,
	state: 'pending' | 'retiring',
	title = `Forget ${deployment}`,
): Step {
	return { kind: 'remove-record', id, title, deployment, state };
}

/** Looks first: an older router would drop the record in whatever state. */
export const removeRecord: Perform<'remove-record'> = async (step, run, signal) => {
	const { snapshot } = await routerOf(run).control('status', { sessions: false }, signal);
	const known = snapshot.deployments.find(({ id }) => id === step.deployment);
	if (known === undefined) return undefined;
	if (known.state !== step.state) throw new DeploymentStateError(step.deployment, known.state, 'forget');
	await underLock(run, 'remove', { id: step.deployment, from: step.state }, signal);
	return undefined;
};
