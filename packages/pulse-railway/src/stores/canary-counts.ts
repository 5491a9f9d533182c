import { added, NO_EVIDENCE } from 'pulse-deploy-kit/canary/evidence';
import { type CanaryCount, decodeCount, encodeCount } from '../deployments/canary.ts';
import type { StoreContext } from './transact.ts';

/** A rollout takes days at most. What a router process counted outlives it that long, or its end would forget half of the failures. */
const KEPT_MS = 7 * 86_400_000;

export async function recordCanary({ backend, keys }: StoreContext, replicaId: string, count: CanaryCount) {
	const key = keys.canaryCount(replicaId);
	await backend.commit({
		put: [{ key, value: encodeCount(count), ttlMs: KEPT_MS, group: keys.canaryCounts }],
	});
}

/** Summed over all processes that ever counted for this rollout. */
export async function canaryCount({ backend, keys }: StoreContext, beganAt: number): Promise<CanaryCount> {
	const { groups } = await backend.read([], [keys.canaryCounts]);
	const counts = [...(groups.get(keys.canaryCounts.prefix)?.values() ?? [])]
		.flatMap((json) => decodeCount(json) ?? [])
		.filter((count) => count.beganAt === beganAt);
	const sum = (side: 'canary' | 'active', what: 'trials' | 'failures') =>
		counts.reduce((total, count) => total + count[side][what], 0);
	const sideOf = (side: 'canary' | 'active') => ({ trials: sum(side, 'trials'), failures: sum(side, 'failures') });
	const excess = counts.reduce((total, count) => total + (count.excess ?? Number.NaN), 0);
	return {
		beganAt,
		...(Number.isNaN(excess) ? {} : { excess }),
		canary: sideOf('canary'),
		active: sideOf('active'),
		evidence: counts.reduce((total, { evidence }) => added(total, evidence), NO_EVIDENCE),
	};
}
