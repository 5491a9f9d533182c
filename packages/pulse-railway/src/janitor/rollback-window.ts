import { standing } from 'pulse-deploy-kit/departure';
import { rollbackWindow } from 'pulse-deploy-kit/rollback-window';
import { lastActiveFirst, type RoutingSnapshot } from '../deployments/record.ts';
import type { Policy } from './facts.ts';

/**
 * Until when (Unix milliseconds) each deployment is kept to go back to, although it has no visitors. No rollback chooses a
 * recalled one, or what was only a canary.
 */
export function keptToGoBackTo(
	{ deployments, activeId }: Pick<RoutingSnapshot, 'deployments' | 'activeId'>,
	policy: Policy,
): ReadonlyMap<string, number> {
	const kept = deployments.filter(
		({ state, departure, neverActive }) =>
			state === 'draining' && neverActive !== true && standing(departure)?.recalled !== true,
	);
	return rollbackWindow(kept.sort(lastActiveFirst(activeId)), policy);
}
