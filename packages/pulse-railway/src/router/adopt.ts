import type { DeploymentRecord, RoutingSnapshot } from '../deployments/record.ts';

/** What is routed by: the store's last word, plus what it said before it lost its memory. */
export interface Routed {
	readonly snapshot: RoutingSnapshot;
	/** Records that the store forgot and has not spoken of since. */
	readonly forgotten: readonly DeploymentRecord[];
	/** The promotion that the store fell back to; no reason to leave the active deployment we know. */
	readonly outdatedPromotion: number | null | undefined;
	/** Unix milliseconds: until then the above is held against the store. */
	readonly until: number;
}

/** Three runs of the janitor, which makes the store agree with Railway again. */
const REMEMBER_MS = 15 * 60_000;

/**
 * What to route by after the store said `incoming`.
 *
 * A healthy store only moves forward, so a revision that falls back means that it restarted empty or from an old copy;
 * so does an active deployment that vanishes, because it would have to drain first, which takes minutes. Then no user is cut off: deployments it forgot stay known, and the active one stays until the store names one that was
 * promoted later, or anew. No healthy store forgets the active id either: the active deployment cannot be removed.
 */
export function adopt(current: Routed | null, incoming: RoutingSnapshot, now: number): Routed {
	if (current === null) return trusted(incoming);
	const before = current.snapshot;
	const forgetsActive =
		!current.forgotten.some((record) => record.id === before.activeId) &&
		before.deployments.some((record) => record.id === before.activeId) &&
		!incoming.deployments.some((record) => record.id === before.activeId);
	const fellBack = incoming.revision < before.revision || forgetsActive;
	if (!fellBack && now >= current.until && incoming.activeId !== null) return trusted(incoming);

	const spoken = new Set(incoming.deployments.map((record) => record.id));
	const known = fellBack ? before.deployments : current.forgotten;
	const forgotten = fellBack || now < current.until ? known.filter((record) => !spoken.has(record.id)) : [];
	const outdated = fellBack && (before.promotedAt ?? 0) > (incoming.promotedAt ?? 0);
	const outdatedPromotion = outdated ? incoming.promotedAt : current.outdatedPromotion;
	const keepsActive = incoming.activeId === null || incoming.promotedAt === outdatedPromotion;
	const { activeId, promotedAt } = keepsActive ? before : incoming;
	const deployments = [...forgotten, ...incoming.deployments].map((record) => withState(record, activeId));
	return {
		snapshot: {
			revision: incoming.revision,
			activeId,
			promotedAt,
			deployments,
			// A canary that the store forgot is over: nothing would halt it any more, so it gets no new visitors.
			...(keepsActive || incoming.canary === undefined ? {} : { canary: incoming.canary }),
		},
		forgotten,
		outdatedPromotion,
		until: fellBack ? now + REMEMBER_MS : current.until,
	};
}

export function trusted(snapshot: RoutingSnapshot): Routed {
	return { snapshot, forgotten: [], outdatedPromotion: undefined, until: 0 };
}

function withState(record: DeploymentRecord, activeId: string | null): DeploymentRecord {
	const state = record.id === activeId ? 'active' : record.state === 'active' ? 'draining' : record.state;
	return state === record.state ? record : { ...record, state };
}
