import { type DeploymentRecord, lastDrainedFirst } from '../deployments/record.ts';
import type { Policy } from './facts.ts';

/**
 * Until when (Unix milliseconds) each deployment is kept to go back to, although nobody is on it: those that stopped being
 * active last, as a rollback without an argument chooses.
 */
export function rollbackWindow(
	records: readonly DeploymentRecord[],
	{ rollbackWindowMs, rollbackKeep }: Policy,
): ReadonlyMap<string, number> {
	if (rollbackWindowMs === 0) return new Map();
	const drained = records.flatMap(({ id, state, drainStartedAt }) =>
		state === 'draining' && drainStartedAt !== null ? [{ id, drainStartedAt }] : [],
	);
	const last = drained.sort(lastDrainedFirst).slice(0, rollbackKeep);
	return new Map(last.map(({ id, drainStartedAt }) => [id, drainStartedAt + rollbackWindowMs]));
}
