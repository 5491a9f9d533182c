import type { RenderSessions } from '../backends/render-sessions.ts';
import type { DeploymentRecord, RoutingSnapshot } from '../deployments/record.ts';
import type { StackObservation } from '../platform/port.ts';
import { type BackendService, backendServices, durableActiveId } from '../stack/durable.ts';
import { FRESH_PROMOTION_MS } from '../stack/windows.ts';
import { deleteServicesStep } from '../steps/delete-services.ts';
import { finishPromotionStep } from '../steps/promote.ts';
import { letDrainStep, reconcileStep } from '../steps/reconcile.ts';
import { removeRecordStep } from '../steps/remove-record.ts';
import { restStep } from '../steps/rest.ts';
import type { Step } from './step.ts';

/**
 * What a killed or lost command left behind, put right before anything new begins. Only valid while holding the deploy
 * lock, with `live` read after it was granted, and {@link withoutHalfMade}: no pending deployment can then belong to a
 * running deploy.
 */
export interface Settlement {
	readonly steps: readonly Step[];
	readonly warnings: readonly string[];
	/** Who is active once the steps are done; `null` before the first promotion. */
	readonly activeId: string | null;
	/** Deployment ids that the steps delete. */
	readonly deleted: ReadonlySet<string>;
	/** They run, and neither truth knows them: once a deployment is active they drain, and the janitor sees whether they are in use. */
	readonly unclaimed: readonly BackendService[];
	/** They drain already: a truth that leaves them out would drop their records. */
	readonly standing: readonly BackendService[];
}

/** By deployment id. */
export type SessionsById = Readonly<Record<string, RenderSessions>>;

/**
 * Services that run although no visitor was ever sent to them, as far as the live store knows: what an unfinished deploy
 * left, or what a store forgot that was restored from an older copy. Only they themselves can tell.
 */
export function unknownBackends(
	seen: StackObservation,
	{ snapshot, leases }: { readonly snapshot: RoutingSnapshot; readonly leases?: Readonly<Record<string, unknown>> },
): readonly BackendService[] {
	const { observation, live } = withoutHalfMade(seen, snapshot, leases);
	const known = new Set(live.deployments.filter(({ state }) => state !== 'pending').map(({ id }) => id));
	const running = runningServices(observation);
	return backendServices(observation).filter(
		({ id, serviceId }) => id !== durableActiveId(observation) && !known.has(id) && running.has(serviceId),
	);
}

/** What other commands are making right now is theirs: neither left over nor to be cleaned up. */
export function withoutHalfMade(
	observation: StackObservation,
	live: RoutingSnapshot,
	leases: Readonly<Record<string, unknown>> = {},
): { readonly observation: StackObservation; readonly live: RoutingSnapshot } {
	const durable = durableActiveId(observation);
	// A command that died between the two writes of its promotion: that is finished, whatever its lease says.
	const halfMade = new Set(Object.keys(leases).filter((id) => id !== durable && id !== live.activeId));
	if (halfMade.size === 0) return { observation, live };
	const theirs = new Set(
		backendServices(observation)
			.filter(({ id }) => halfMade.has(id))
			.map(({ serviceId }) => serviceId),
	);
	return {
		observation: { ...observation, services: observation.services.filter(({ id }) => !theirs.has(id)) },
		live: { ...live, deployments: live.deployments.filter(({ id }) => !halfMade.has(id)) },
	};
}

/** `now` by the router's clock, Unix milliseconds; `sessions` of what {@link unknownBackends} names. */
export function settle(
	observation: StackObservation,
	live: RoutingSnapshot,
	now: number,
	sessions: SessionsById = {},
): Settlement {
	const durable = durableActiveId(observation);
	const backends = backendServices(observation);
	const active = backends.find((backend) => backend.id === durable);
	const record = live.deployments.find((candidate) => candidate.id === durable);

	if (durable === null && live.activeId === null && live.deployments.length === 0) return unknownStack(observation);
	if (durable === live.activeId) return withLeftovers(durable, [], observation, live, sessions);
	if (durable === null) {
		return nothing(
			live.activeId,
			'PULSE_ACTIVE_DEPLOYMENT is not set although a deployment is active; this run sets it.',
		);
	}
	if (active === undefined) {
		return nothing(
			live.activeId,
			`PULSE_ACTIVE_DEPLOYMENT names ${durable}, whose service is gone; nothing is cleaned up.`,
		);
	}
	// The durable write was made, so the promotion counts; the command died before the router heard of it.
	const promotedJustNow = live.promotedAt !== null && now - live.promotedAt < FRESH_PROMOTION_MS;
	if (record?.state !== 'pending' && promotedJustNow) {
		return nothing(
			live.activeId,
			`Railway still says ${durable} is active, the router ${live.activeId}; nothing is cleaned up.`,
		);
	}
	if (record?.state === 'pending' || record?.state === 'draining') {
		return withLeftovers(durable, [finishPromotionStep(active)], observation, live, sessions);
	}
	return {
		...nothing(durable, `The router's store did not know ${durable}; it is restored from Railway.`),
		steps: [reconcileStep(active, backends, live.revision)],
	};
}

/**
 * Neither truth knows a deployment. Those that run may be all that there is, where the store lost its data and the
 * variable was removed, or be what a killed first deploy left: only their sessions tell.
 */
function unknownStack(observation: StackObservation): Settlement {
	const running = runningServices(observation);
	const backends = backendServices(observation);
	const unclaimed = backends.filter(({ serviceId }) => running.has(serviceId));
	const leftovers = backends.filter(({ serviceId }) => !running.has(serviceId));
	const names = unclaimed.map(({ id }) => id).join(', ');
	return {
		activeId: null,
		warnings:
			names === '' ? [] : [`Nothing says that ${names} was ever active; it runs on until nobody is left on it.`],
		steps: leftovers.map(deleteLeftover),
		deleted: new Set(leftovers.map(({ id }) => id)),
		unclaimed,
		standing: [],
	};
}

function withLeftovers(
	activeId: string | null,
	first: readonly Step[],
	observation: StackObservation,
	live: RoutingSnapshot,
	sessions: SessionsById,
): Settlement {
	const backends = backendServices(observation);
	const kept = new Set(live.deployments.filter((record) => record.state !== 'pending').map((record) => record.id));
	const pending = live.deployments.filter((record) => record.state === 'pending' && record.id !== activeId);
	const unknown = backends.filter((backend) => backend.id !== activeId && !kept.has(backend.id));
	const asked = new Set(unknownBackends(observation, { snapshot: live }).map(({ id }) => id));
	const used = unknown.filter(({ id }) => asked.has(id) && !isIdle(sessions[id]));
	const leftovers = unknown.filter((backend) => !used.includes(backend));
	const active = backends.find(({ id }) => id === activeId);
	const drain = active !== undefined && used.length > 0;
	const standing = backends.filter(({ id }) => id !== activeId && kept.has(id));
	return {
		activeId,
		warnings: used.map(
			({ id }) => `The router's store did not know ${id}${saying(sessions[id])}; it is left to drain.`,
		),
		// Records first: the router must not route to a service that is going away.
		steps: [
			...first,
			...pending.map(removeRecord),
			...(drain ? [letDrainStep(active, used, standing)] : []),
			...leftovers.map(deleteLeftover),
		],
		deleted: new Set(
			[...pending.filter(({ id }) => used.every((one) => one.id !== id)), ...leftovers].map(({ id }) => id),
		),
		unclaimed: drain ? [] : used,
		standing,
	};
}

function isIdle(sessions: RenderSessions | undefined): boolean {
	return sessions?.reachable === true && sessions.total === 0 && sessions.drainable;
}

function saying(sessions: RenderSessions | undefined): string {
	return sessions?.reachable === true
		? `, which has ${sessions.total} live sessions`
		: ', which does not say who is on it';
}

function runningServices({ services }: StackObservation): ReadonlySet<string> {
	const ready = services.filter(({ latestDeployment }) =>
		['SUCCESS', 'SLEEPING'].includes(latestDeployment?.status ?? ''),
	);
	return new Set(ready.map(({ id }) => id));
}

function nothing(activeId: string | null, warning: string): Settlement {
	return { activeId, steps: [], warnings: [warning], deleted: new Set(), unclaimed: [], standing: [] };
}

function removeRecord({ id }: DeploymentRecord): Step {
	return removeRecordStep(`forget:${id}`, id, 'pending', `Forget the unfinished deployment ${id}`);
}

/** One that was kept is stopped, as before: it may be the only way back. */
function deleteLeftover({ id, serviceName, woken }: BackendService): Step {
	if (woken !== undefined) return restStep(`leftover:${id}`, woken, ', left by an unfinished rollback');
	return deleteServicesStep(`leftover:${id}`, [serviceName], { deployment: id }, ', left by an unfinished deploy');
}
