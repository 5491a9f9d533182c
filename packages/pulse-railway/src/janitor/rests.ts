import { standing } from 'pulse-deploy-kit/departure';
import type { DeploymentRecord } from '../deployments/record.ts';
import type { Policy } from './facts.ts';

/**
 * Whether a deployment that goes is kept, stopped, to be started again: one that visitors were sent to, and that was not recalled; no preview.
 * @param record `null`: it is gone, and nothing is known of it
 */
export function rests(record: DeploymentRecord | null, { redeployKeep = 0 }: Policy): boolean {
	if (redeployKeep === 0 || record?.preview !== undefined) return false;
	return record?.neverActive !== true && standing(record?.departure)?.recalled !== true;
}
