import { rollbackWindow } from 'pulse-deploy-kit/rollback-window';
import { type DeploymentRecord, lastDrainedFirst } from '../deployments/record.ts';
import type { Policy } from './facts.ts';

/** Until when (Unix milliseconds) each deployment is kept to go back to, although nobody is on it. */
export function keptToGoBackTo(records: readonly DeploymentRecord[], policy: Policy): ReadonlyMap<string, number> {
	return rollbackWindow(records.filter(({ state }) => state === 'draining').sort(lastDrainedFirst), policy);
}
