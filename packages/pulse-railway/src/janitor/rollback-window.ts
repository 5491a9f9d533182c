import { standing } from 'pulse-deploy-kit/departure';
import { rollbackWindow } from 'pulse-deploy-kit/rollback-window';
import { type DeploymentRecord, lastDrainedFirst } from '../deployments/record.ts';
import type { Policy } from './facts.ts';

/** Until when (Unix milliseconds) each deployment is kept to go back to, although nobody is on it. Nobody goes back to a recalled one. */
export function keptToGoBackTo(records: readonly DeploymentRecord[], policy: Policy): ReadonlyMap<string, number> {
	const kept = records.filter(({ state, departure }) => state === 'draining' && standing(departure)?.recalled !== true);
	return rollbackWindow(kept.sort(lastDrainedFirst), policy);
}
