import type { HeldLock } from '../control/hold-lock.ts';
import { StaleFactsError } from '../deployments/errors.ts';
import type { DeploymentRecord, RoutingSnapshot } from '../deployments/record.ts';
import type { DeploymentStore, DurableTruth } from '../deployments/store.ts';
import { reconcile } from '../deployments/transitions.ts';
import type { Platform } from '../platform/port.ts';
import {
	type BackendService,
	type Durable,
	durableTruth,
	type KeptService,
	restingServices,
} from '../stack/durable.ts';
import { FRESH_PROMOTION_MS } from '../stack/windows.ts';

export interface Observed {
	/** Live, made to agree with durable. */
	readonly deployments: readonly DeploymentRecord[];
	readonly services: ReadonlyMap<string, BackendService>;
	/** Kept to be started again, newest first. */
	readonly resting: readonly KeptService[];
	readonly reconciled: boolean;
	/** When Railway was asked, Unix milliseconds. */
	readonly at: number;
	/** For `unlessSince`: of the deploy lock before Railway was asked; below every fence while it was held. */
	readonly deployFence: number;
}

export interface Observation {
	readonly store: DeploymentStore;
	readonly platform: Pick<Platform, 'observe'>;
	/** Unix milliseconds. */
	readonly now: number;
	/** Left out: nothing is written, the agreement is only computed. */
	readonly lock?: Pick<HeldLock, 'grant' | 'confirm'>;
	readonly signal: AbortSignal;
}

/**
 * Reads the store, then the platform, so that durable truth is never older than what it corrects, and makes live follow
 * durable. `null` when the two disagree for a passing reason: a promotion is under way or something changed meanwhile.
 */
export async function observe({ store, platform, now, lock, signal }: Observation): Promise<Observed | null> {
	// First: of a lock that is granted after this, either its holder is seen or its fence is higher.
	const fence = await store.lastFence('deploy');
	const [before, deploying] = await Promise.all([store.snapshot(), store.lockHolder('deploy')]);
	const deployFence = deploying === null ? fence : -1;
	const observation = await platform.observe(signal);
	const durable = durableTruth(observation);
	const resting = restingServices(observation);
	if (!durable) return { deployments: [], services: new Map(), resting, reconciled: false, at: now, deployFence };
	if (before.activeId !== durable.activeId && now - (before.promotedAt ?? 0) < FRESH_PROMOTION_MS) return null;

	const truth = truthFor(before, durable, deploying !== null);
	try {
		await lock?.confirm();
		const after = lock
			? await store.reconcile(truth, { ifRevision: before.revision, lock: lock.grant })
			: computed(before, truth, now);
		return {
			deployments: after.deployments,
			services: new Map(durable.services.map((service) => [service.id, service])),
			resting,
			reconciled: after.revision !== before.revision,
			at: now,
			deployFence,
		};
	} catch (error) {
		if (error instanceof StaleFactsError) return null;
		throw error;
	}
}

/**
 * A service without a record is a deployment in the making, or what a killed deploy left behind, unless live lost its
 * data: only then it is put back as draining, where its open tabs find it.
 */
function truthFor(live: RoutingSnapshot, durable: Durable, deploying: boolean): DurableTruth {
	const known = new Set(live.deployments.map((record) => record.id));
	const liveLostData = live.activeId !== durable.activeId && !deploying;
	return {
		activeId: durable.activeId,
		services: durable.services.filter(({ id }) => known.has(id) || id === durable.activeId || liveLostData),
	};
}

function computed(snapshot: RoutingSnapshot, truth: DurableTruth, now: number): RoutingSnapshot {
	const records = new Map(snapshot.deployments.map((record) => [record.id, record]));
	const { state } = reconcile({ activeId: snapshot.activeId, promotedAt: snapshot.promotedAt, records }, truth, now);
	return { ...snapshot, activeId: state.activeId, deployments: [...state.records.values()] };
}
