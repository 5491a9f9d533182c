import { guarded } from './guard.ts';
import type { Perform } from './performers.ts';
import { platformOf, serviceId } from './run.ts';

export const deploy: Perform<'deploy'> = async (step, run, signal) => {
	await Promise.all(
		step.services.map(async (service) => {
			const start = (signal: AbortSignal) => platformOf(run).deployService(serviceId(run, service), signal);
			const { deploymentId } = await guarded(run, signal, start);
			run.deployments.set(service, { id: deploymentId, status: null });
		}),
	);
	return undefined;
};
