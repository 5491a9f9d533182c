import type { Perform } from '../perform.ts';
import { platformOf, serviceId } from '../run.ts';

export const deploy: Perform<'deploy'> = async (step, run, signal) => {
	await Promise.all(
		step.services.map(async (service) => {
			const { deploymentId } = await platformOf(run).deployService(serviceId(run, service), signal);
			run.deployments.set(service, { id: deploymentId, status: null });
		}),
	);
	return undefined;
};
