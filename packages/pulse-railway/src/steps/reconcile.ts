import type { Step } from '../plan/step.ts';
import { type BackendService, namedService } from '../stack/durable.ts';
import type { Perform } from './performers.ts';
import { routerOf } from './run.ts';
import { underLock } from './under-lock.ts';

/** Every service that stands becomes known again, so that none is later taken for a leftover. */
export function reconcileStep(active: BackendService, backends: readonly BackendService[], ifRevision: number): Step {
	return {
		kind: 'reconcile',
		id: 'reconcile',
		title: `Restore ${active.id} as the active deployment`,
		ifRevision,
		truth: {
			activeId: active.id,
			services: backends.map(namedService),
		},
	};
}

/** The revision is known only when its turn comes. `standing`: what else is known, which a list without it would drop. */
export function letDrainStep(
	active: Pick<BackendService, 'id' | 'serviceName'>,
	unclaimed: readonly BackendService[],
	standing: readonly BackendService[] = [],
): Step {
	return {
		kind: 'reconcile',
		id: 'let-drain',
		title: `Let ${unclaimed.map(({ id }) => id).join(', ')} drain`,
		ifRevision: 'current',
		truth: {
			activeId: active.id,
			services: [active, ...standing, ...unclaimed].map(namedService),
		},
	};
}

export const reconcile: Perform<'reconcile'> = async (step, run, signal) => {
	const services = step.truth.services.map(namedService);
	const ifRevision =
		step.ifRevision === 'current'
			? (await routerOf(run).control('status', { sessions: false }, signal)).snapshot.revision
			: step.ifRevision;
	await underLock(run, 'reconcile', { activeId: step.truth.activeId, services, ifRevision }, signal);
	return undefined;
};
