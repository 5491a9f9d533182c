import { isDeployToolError } from 'pulse-deploy-kit/errors';
import type { Lane } from 'pulse-deploy-kit/supersede/lane';
import { type InTheMaking, supersedeTitle } from 'pulse-deploy-kit/supersede/plan-text';
import type { Step } from '../plan/step.ts';
import type { Perform } from './performers.ts';
import { underLock } from './under-lock.ts';

/** @param making what others are making, as it was seen */
export function supersedeStep(deployment: string, lane: Lane, making: readonly InTheMaking[]): Step {
	return { kind: 'supersede', id: 'supersede', title: supersedeTitle(making, lane), deployment, lane };
}

/** Those that began since the plan was made are stopped as well. */
export const supersede: Perform<'supersede'> = async ({ deployment: id, lane }, run, signal) => {
	try {
		const stopped = await underLock(run, 'supersede', { id, lane }, signal);
		return stopped.length === 0 ? 'none is' : `${stopped.join(', ')} told to`;
	} catch (error) {
		// The router was replaced by an older one meanwhile.
		if (isDeployToolError(error) && error.code === 'usage') return 'not by this router';
		throw error;
	}
};
