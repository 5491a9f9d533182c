import type { Step } from '../plan/step.ts';
import { guarded } from './guard.ts';
import type { Perform } from './performers.ts';
import { platformOf, serviceId } from './run.ts';

/** @param anew they run already */
export function startServicesStep(services: readonly string[], anew: boolean): Step {
	const title = `Start ${services.join(' and ')}${anew ? ' anew' : ''}`;
	return { kind: 'deploy', id: 'deploy', title, services };
}

export const startServices: Perform<'deploy'> = async (step, run, signal) => {
	await Promise.all(
		step.services.map(async (service) => {
			const start = (signal: AbortSignal) => platformOf(run).deployService(serviceId(run, service), signal);
			const { deploymentId } = await guarded(run, signal, start);
			run.deployments.set(service, { id: deploymentId, status: null });
		}),
	);
	return undefined;
};
