import type { Step } from '../plan/step.ts';
import type { Perform } from './performers.ts';
import { underLock } from './under-lock.ts';

export function endCanaryStep(deployment: string, beganAt: number): Step {
	const title = `End the canary: nobody new gets ${deployment}`;
	return { kind: 'end-canary', id: 'end-canary', title, deployment, beganAt };
}

export const endCanary: Perform<'end-canary'> = async ({ deployment: id, beganAt }, run, signal) => {
	const ended = await underLock(run, 'canary.end', { id, beganAt }, signal);
	return ended === null ? 'it had ended already' : undefined;
};
