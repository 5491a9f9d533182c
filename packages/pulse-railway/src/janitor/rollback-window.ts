import { standing } from 'pulse-deploy-kit/departure';
import { rollbackWindow } from 'pulse-deploy-kit/rollback-window';
import { type DeploymentRecord, lastDrainedFirst } from '../deployments/record.ts';
import type { Policy } from './facts.ts';

/** Until when (Unix milliseconds) each deployment is kept to go back to, although nobody is on it. Nobody goes back to a recalled one, nor to what was only a canary. */
export function keptToGoBackTo(records: readonly DeploymentRecord[], policy: Policy): ReadonlyMap<string, number> {
	const kept = records.filter(
		({ state, departure, neverActive }) =>
			state === 'draining' && neverActive !== true && standing(departure)?.recalled !== true,
	);
	return rollbackWindow(kept.sort(lastDrainedFirst), policy);
}
