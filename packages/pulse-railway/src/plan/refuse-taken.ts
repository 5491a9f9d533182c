import { usageError } from 'pulse-deploy-kit/errors';
import type { DeployFacts } from './deploy.ts';

/** @throws usage error where a service or a record has the id, unless this run frees it first */
export function refuseTaken(
	{ observation, live, deploymentId }: Pick<DeployFacts, 'observation' | 'live' | 'deploymentId'>,
	service: string,
	freed: ReadonlySet<string>,
) {
	if (freed.has(deploymentId)) return;
	const taken =
		observation.services.some((existing) => existing.name === service) ||
		live.deployments.some((record) => record.id === deploymentId);
	if (taken) {
		throw usageError(`deployment ${deploymentId} already exists`, 'Choose another id, or leave --deployment-id out.');
	}
}
