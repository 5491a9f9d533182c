import type { LockName } from '../deployments/store.ts';
import type { KeyGroup } from './atomic-kv.ts';

/** The key layout (contract R4.2). Deployment and replica ids have no colon, so no key can be mistaken for another. */
export function keysOf(prefix: string) {
	const base = prefix.replace(/:+$/, '');
	const deployments: KeyGroup = { prefix: `${base}:deployment:`, index: `${base}:index:deployment`, adopt: true };
	const replicas: KeyGroup = { prefix: `${base}:replica:`, index: `${base}:index:replica`, adopt: false };
	const canaryCounts: KeyGroup = { prefix: `${base}:canary-count:`, index: `${base}:index:canary-count`, adopt: false };
	return {
		active: `${base}:active`,
		promotedAt: `${base}:promoted-at`,
		revision: `${base}:revision`,
		changes: `${base}:changes`,
		history: `${base}:history`,
		notices: `${base}:notices`,
		canary: `${base}:canary`,
		deployments,
		replicas,
		deployment: (id: string) => `${deployments.prefix}${id}`,
		replica: (replicaId: string) => `${replicas.prefix}${replicaId}`,
		canaryCounts,
		canaryCount: (replicaId: string) => `${canaryCounts.prefix}${replicaId}`,
		lease: (id: string, replicaId: string) => `${deployments.prefix}${id}:ws:${replicaId}`,
		lock: (name: LockName | 'newest') => `${base}:${name}:lock`,
		fence: (name: LockName | 'newest') => `${base}:fence:${name}`,
		nonce: (nonce: string) => `${base}:nonce:${nonce}`,
	};
}

export type Keys = ReturnType<typeof keysOf>;
