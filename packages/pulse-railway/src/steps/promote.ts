import { isOvertaken } from 'pulse-deploy-kit/plan/guard';
import type { Step } from '../plan/step.ts';
import type { Perform } from './performers.ts';
import { putBack, withFate } from './put-back.ts';
import { underLock } from './under-lock.ts';

export function promoteStep(deployment: string, service: string): Step {
	return {
		kind: 'promote',
		id: 'promote',
		title: `Send new visitors to ${deployment}`,
		deployment,
		service,
		uninterruptible: true,
		guardsItself: true,
	};
}

/** The durable write was made, and the command died before the router heard of it. */
export function finishPromotionStep(deployment: string, service: string): Step {
	const title = `Finish the interrupted promotion of ${deployment}`;
	return { kind: 'promote', id: `finish:${deployment}`, title, deployment, service, guardsItself: true };
}

/** The durable write stands by then, so a lock that is lost between the two takes it back (the engine does not ask before). */
export const promote: Perform<'promote'> = async (step, run, signal) => {
	const params = { id: step.deployment, serviceName: step.service };
	const { draining } = await underLock(run, 'promote', params, signal).catch(async (error: unknown) => {
		throw isOvertaken(error) ? withFate(error, await putBack(step.deployment, run)) : error;
	});
	return draining.length === 0 ? undefined : `${draining.map(({ id }) => id).join(', ')} draining`;
};
