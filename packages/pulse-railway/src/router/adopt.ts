import type { DeploymentRecord, RoutingSnapshot } from '../deployments/record.ts';

/**
 * The snapshot to route by after the store said `incoming`.
 *
 * A healthy store only moves forward, so a revision that falls back, or an active id that vanishes, means that the store
 * restarted empty or from an old copy. Then nobody is cut off: deployments it forgot stay known until it moves on, and of
 * two active ids the one promoted later wins. The janitor reconciles the store with Railway within minutes.
 */
export function adopt(current: RoutingSnapshot | null, incoming: RoutingSnapshot): RoutingSnapshot {
	if (current === null) return incoming;
	const forgot = incoming.activeId === null && current.activeId !== null;
	if (!forgot && incoming.revision >= current.revision) return incoming;
	const keepActive = forgot || (current.promotedAt ?? 0) > (incoming.promotedAt ?? 0);
	const active = keepActive ? current : incoming;
	const records = new Map<string, DeploymentRecord>();
	for (const record of [...current.deployments, ...incoming.deployments]) {
		const state = record.id === active.activeId ? 'active' : record.state === 'active' ? 'draining' : record.state;
		records.set(record.id, { ...record, state });
	}
	return {
		revision: incoming.revision,
		activeId: active.activeId,
		promotedAt: active.promotedAt,
		deployments: [...records.values()],
	};
}
