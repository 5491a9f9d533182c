import type { Step } from '../plan/step.ts';
import type { Perform } from './performers.ts';
import { removeRecordStep } from './remove-record.ts';
import { underLock } from './under-lock.ts';

export function registerStep(deployment: string, service: string): Step {
	return {
		kind: 'register',
		id: 'register',
		title: `Make ${deployment} known to the router`,
		deployment,
		service,
		undo: removeRecordStep('undo-register', deployment, 'pending'),
	};
}

export const register: Perform<'register'> = async (step, run, signal) => {
	await underLock(run, 'register', { id: step.deployment, serviceName: step.service }, signal);
	return undefined;
};
