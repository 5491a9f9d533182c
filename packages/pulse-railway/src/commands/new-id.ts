import type { DeployConfig } from '../config/deploy.ts';
import { generateDeploymentId } from '../deployments/id.ts';
import type { Stack } from './open-stack.ts';

/**
 * The one proposed before, while it is free. Taken are the ids of records as much as the names of services: either would
 * be mixed up with the new one.
 */
export function newId(
	{ deploymentName, servicePrefix = '' }: DeployConfig,
	{ observation, live, run }: Stack,
	before: string | null,
): string {
	const taken = new Set([
		...live.snapshot.deployments.map(({ id }) => id),
		...observation.services.map(({ name }) =>
			name.startsWith(servicePrefix) ? name.slice(servicePrefix.length) : name,
		),
	]);
	if (before !== null && !taken.has(before)) return before;
	return generateDeploymentId(deploymentName, run.ports.clock.now(), taken);
}
