import type { Container } from '../deployments/container.ts';
import type { Step } from '../plan/step.ts';
import type { Perform } from './performers.ts';
import { removeRecordStep } from './remove-record.ts';
import { underLock } from './under-lock.ts';

export function registerStep(deployment: string, service: string, container?: Container): Step {
	return {
		kind: 'register',
		id: 'register',
		title: `Make ${deployment} known to the router`,
		deployment,
		service,
		...(container === undefined ? {} : { container }),
		undo: removeRecordStep('undo-register', deployment, 'pending'),
	};
}

export const register: Perform<'register'> = async (step, run, signal) => {
	const { container } = step;
	const named = { id: step.deployment, serviceName: step.service };
	await underLock(run, 'register', { ...named, ...(container === undefined ? {} : { container }) }, signal);
	return undefined;
};
