import type { RoutingSnapshot } from '../../deployments/record.ts';
import type { ActivityReport, DeploymentStore, ReplicaDeploymentActivity } from '../../deployments/store.ts';
import type { AtomicKv } from '../atomic-kv.ts';
import type { Kv } from './kv.ts';

/** What each test of the suite gets anew, with data of its own. */
export interface StoreFixture {
	store: DeploymentStore;
	/** Another process's view of the same data. */
	other: DeploymentStore;
	/** Writes keys directly, like the predecessor. */
	kv: Kv;
	harness: StoreHarness;
}

export interface StoreHarness {
	/** A further connection to the same data. */
	connect(): Promise<AtomicKv>;
	stop(): Promise<void>;
}

export const REPLICA = '0123456789abcdef';

/** What that replica saw; of deployment `a` where nothing else is said. */
export function reportOf(...deployments: Partial<ReplicaDeploymentActivity>[]): ActivityReport {
	return {
		replicaId: REPLICA,
		at: 1_700_000_000_250,
		ttlMs: 60_000,
		revision: 7,
		deployments: deployments.map((part) => ({
			id: 'a',
			lastSeenAt: 1,
			inFlight: 0,
			sockets: 0,
			requestRate: 0,
			...part,
		})),
	};
}

export function stateById({ deployments }: RoutingSnapshot): Record<string, string> {
	return Object.fromEntries(deployments.map(({ id, state }) => [id, state]));
}
