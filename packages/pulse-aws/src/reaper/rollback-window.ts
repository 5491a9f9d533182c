import type { Deployment } from '../deployments/deployment.ts';
import type { ReaperPolicy } from './facts.ts';

/**
 * Until when (Unix ms) each deployment is kept to go back to, although nobody is on it: those that stopped being active
 * last, as a rollback without an argument chooses.
 */
export function rollbackWindow(
	deployments: readonly Deployment[],
	{ rollbackWindowMs, rollbackKeep }: Pick<ReaperPolicy, 'rollbackWindowMs' | 'rollbackKeep'>,
): ReadonlyMap<string, number> {
	if (rollbackWindowMs === 0) return new Map();
	const drained = deployments.flatMap(({ id, state, drainStartedAt, desired, createdAt }) =>
		state === 'draining' && drainStartedAt !== null && desired > 0 ? [{ id, drainStartedAt, createdAt }] : [],
	);
	drained.sort((a, b) => b.drainStartedAt - a.drainStartedAt || b.createdAt - a.createdAt);
	const last = drained.slice(0, rollbackKeep);
	return new Map(last.map(({ id, drainStartedAt }) => [id, drainStartedAt + rollbackWindowMs]));
}
