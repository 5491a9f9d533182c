import { standing } from 'pulse-deploy-kit/departure';
import { type RollbackTerms, rollbackWindow } from 'pulse-deploy-kit/rollback-window';
import type { Deployment } from '../deployments/deployment.ts';

/**
 * Until when (Unix ms) each deployment is kept to go back to, although it has no visitors. No rollback chooses a recalled one,
 * or what was never active.
 */
export function keptToGoBackTo(deployments: readonly Deployment[], terms: RollbackTerms): ReadonlyMap<string, number> {
	const drained = deployments.filter(
		({ state, desired, departure, neverActive }) =>
			state === 'draining' && desired > 0 && neverActive !== true && standing(departure)?.recalled !== true,
	);
	const began = (one: Deployment) => one.drainStartedAt ?? 0;
	return rollbackWindow(
		drained.sort((a, b) => began(b) - began(a) || b.createdAt - a.createdAt),
		terms,
	);
}
