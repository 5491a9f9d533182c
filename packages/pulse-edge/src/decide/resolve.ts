import type { Container, Routable, RoutingView } from './route-table.ts';

export interface Target {
	readonly id: string;
	readonly serviceName: string;
	/** Absent for a Pulse app. */
	readonly container?: Container | undefined;
}

export type Resolution =
	| { readonly kind: 'target'; readonly target: Target }
	/** The asked-for deployment is gone or never was; browsers reload onto `active`. */
	| { readonly kind: 'stale'; readonly active: Target }
	/** Asked for an unknown deployment while nothing is active. */
	| { readonly kind: 'not-found' }
	/** Asked for nothing while nothing is active. */
	| { readonly kind: 'no-active' };

/** True when the view alone cannot say whether `affinity` exists: it may be a moment older than a registration. */
export function needsLookup(view: RoutingView, affinity: string): boolean {
	return affinity !== '' && view.deployment(affinity) === undefined && affinity !== view.activeId;
}

export function resolve(view: RoutingView, affinity: string, servicePrefix: string): Resolution {
	const activeId = view.activeId;
	if (affinity !== '') {
		const asked =
			affinity === activeId ? activeTarget(view, activeId, servicePrefix) : pinned(view, affinity, servicePrefix);
		if (asked) return { kind: 'target', target: asked };
	}
	const active = activeId === null ? null : activeTarget(view, activeId, servicePrefix);
	if (affinity === '') return active ? { kind: 'target', target: active } : { kind: 'no-active' };
	return active ? { kind: 'stale', active } : { kind: 'not-found' };
}

/** What serves a known id; `null` where it is gone or never was. */
export function findTarget(view: RoutingView, id: string, servicePrefix: string): Target | null {
	const resolution = resolve(view, id, servicePrefix);
	return resolution.kind === 'target' ? resolution.target : null;
}

/** When its pages are to have moved to the active one, Unix milliseconds; `null` where it was neither recalled nor drained. */
export function leaveBy(view: RoutingView, id: string): number | null {
	return view.deployment(id)?.departure?.by ?? null;
}

/** Pending and draining deployments serve the clients that ask for them; a retiring one is about to lose its service. */
function pinned(view: RoutingView, id: string, servicePrefix: string): Target | null {
	const record = view.deployment(id);
	if (!record || record.state === 'retiring') return null;
	return targetOf(record, servicePrefix);
}

/** A predecessor wrote the active id without a record, and records without a service: both mean prefix plus id. */
function activeTarget(view: RoutingView, id: string, servicePrefix: string): Target | null {
	const record = view.deployment(id);
	return record ? targetOf(record, servicePrefix) : { id, serviceName: servicePrefix + id, container: undefined };
}

/** Contract R2.18: a record whose service has another name is not ours to route to. */
function targetOf(record: Routable, servicePrefix: string): Target | null {
	const serviceName = servicePrefix + record.id;
	if (record.serviceName !== null && record.serviceName !== serviceName) return null;
	return { id: record.id, serviceName, container: record.container };
}
