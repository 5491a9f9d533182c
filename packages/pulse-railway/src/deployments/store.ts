import type { Departure } from 'pulse-deploy-kit/departure';
import type { Provenance } from 'pulse-deploy-kit/history/provenance';
import type { Preview } from 'pulse-deploy-kit/preview';
import type { Lane } from 'pulse-deploy-kit/supersede/lane';
import type { CanaryStore } from './canary-store.ts';
import type { Container } from './container.ts';
import type { HistoryEntry } from './history.ts';
import type { LockStore } from './lock-store.ts';
import type { NewestAnswer, NewestRequest } from './newest.ts';
import type { NoticeStore } from './notice-store.ts';
import type { DeploymentRecord, DeploymentState, RoutingSnapshot } from './record.ts';
import type { StoreInfo } from './store-info.ts';

/**
 * The live truth about deployments. Invariants, held by every backend and by the conformance suite:
 *
 * 1. At most one record is `active`, and it is the one that the active id names.
 * 2. Every method is atomic: two racing writers leave a state that some order of them would leave.
 * 3. Transitions are the pure functions of `transitions.ts`; a backend adds only its atomic primitive.
 * 4. Activity never creates or resurrects a record.
 * 5. A drain time, once set, is kept until the deployment is promoted again.
 * 6. The active deployment can be neither retired nor removed.
 * 7. Every change of a record or of the active id raises `revision` and wakes watchers; a last-seen time alone does not.
 *    Revisions also grow over a store that lost its data: they are at least the time of the write in milliseconds.
 * 8. Values go in and out by copy.
 * 9. At most one canary runs. Its record is pending, another one is active, and it is neither retired nor removed.
 *
 * An unreachable backend rejects with `StoreUnavailableError`, never hangs: each call has its own budget.
 */
export interface DeploymentStore extends CanaryStore, LockStore, NoticeStore {
	readonly kind: 'memory' | 'sqlite' | 'redis';

	snapshot(): Promise<RoutingSnapshot>;
	find(id: string): Promise<DeploymentRecord | null>;

	/** Records `pending`; the active id is untouched. Repeating it is safe. Rejects for the active id and for a draining one. */
	register(
		id: string,
		serviceName: string,
		options?: WriteOptions & { readonly container?: Container },
	): Promise<DeploymentRecord>;
	/**
	 * One atomic step: `id` becomes active (drain time cleared), every other record that is active becomes draining.
	 * Pending records of other deploys are left alone. An unknown id is created: durable truth is elsewhere.
	 */
	promote(
		id: string,
		serviceName: string,
		options?: WriteOptions & { readonly container?: Container },
	): Promise<Promotion>;
	/**
	 * When the pages that are left on it are moved; again with a later word changes it. A promotion takes it back. `null` when it is
	 * gone. Rejects for the active one and for a pending one.
	 */
	depart(id: string, departure: Departure, options?: WriteOptions): Promise<DeploymentRecord | null>;
	/**
	 * A pending deployment becomes a preview: draining, and deleted at its time. That of an earlier one of the same name is over
	 * from then on. Again is the same. Rejects for one that is not pending.
	 */
	beginPreview(id: string, preview: Preview, options?: WriteOptions): Promise<DeploymentRecord>;
	/** Marks draining → retiring: the router answers stale from then on. `null` when already gone. */
	retire(id: string, options?: WriteOptions): Promise<DeploymentRecord | null>;
	/** Drops the record and its leases. False when it was already gone. Rejects for the active id, and in another state than `from`. */
	remove(id: string, options?: WriteOptions & { readonly from?: DeploymentState | undefined }): Promise<boolean>;
	/**
	 * Makes live agree with durable truth: the named active one active, the other listed services draining where no
	 * record exists or one wrongly says active, records without a service removed. Pending records stay.
	 * Refuses with `StaleFactsError` when `ifRevision` is not the current revision: a promotion never loses to a stale copy.
	 */
	reconcile(truth: DurableTruth, options: WriteOptions & { ifRevision: number }): Promise<RoutingSnapshot>;

	/** What has happened to deployments, newest last, at most {@link MAX_HISTORY}: written in the same step as what happened. */
	history(): Promise<readonly HistoryEntry[]>;

	/** One batched write of a router replica, at most once a second. Records that are gone are skipped. */
	recordActivity(report: ActivityReport): Promise<void>;
	/** What the replicas whose reports have not expired saw; deployments without a record are left out. */
	activity(): Promise<Activity>;

	/**
	 * Calls `onSnapshot` now and after every change, pushed where the backend can, polled where not, until `signal` aborts.
	 * `onLost` is called once per outage; the next `onSnapshot` ends it. Never rejects, reconnects by itself.
	 * A store that restarted empty is no outage: it is pushed as a snapshot of revision 0.
	 */
	watch(watcher: StoreWatcher, signal: AbortSignal): void;

	/** Grants the lease of the newest deployment to one of its processes, or prolongs it: one process of all has it at a time. */
	newest(request: NewestRequest): Promise<NewestAnswer>;
	/** Gives it back; false where this process did not have it. */
	releaseNewest(token: string): Promise<boolean>;

	/** True the first time within `ttlMs`, false after that: replay protection across replicas. */
	claimOnce(nonce: string, ttlMs: number): Promise<boolean>;

	info(): Promise<StoreInfo>;
	/** Ends watchers and connections that this store opened. Safe to repeat. */
	close(): Promise<void>;
}

/** How many entries of a history are kept; the oldest go first. */
export const MAX_HISTORY = 300;

export interface WriteOptions {
	/** Atomically refuse with `LockLostError` unless this grant still holds its lock. */
	readonly lock?: { readonly name: LockName; readonly fence: number };
	/**
	 * Atomically refuse with `LockHeldError` while another holds this lock. The janitor retires nothing while a deploy or
	 * a rollback runs, which may be about to promote the very deployment.
	 */
	readonly unless?: LockName;
	/**
	 * The {@link DeploymentStore.lastFence} of `unless` when the facts were read: refuse as well when the lock was granted
	 * since. Its holder may have promoted on Railway and died before the store heard of it.
	 */
	readonly unlessSince?: number;
	/** Who does it, for the history, where no lock says so. */
	readonly by?: string;
	/** Why, for the history: the rule by which it was decided. */
	readonly because?: string;
	/** Pages that were told to load anew because it goes, for the history. */
	readonly touched?: number;
	/** What the deployment was made of that becomes active, a canary or a preview, for the history. */
	readonly provenance?: Provenance;
}

export interface Promotion {
	readonly active: DeploymentRecord;
	readonly previousActiveId: string | null;
	readonly draining: readonly DeploymentRecord[];
}

export interface DurableTruth {
	readonly activeId: string;
	readonly services: readonly NamedService[];
}

/** A deployment as the durable truth names it. */
export interface NamedService {
	readonly id: string;
	readonly serviceName: string;
	/** Absent for a Pulse app, and from a command that does not know kinds: then it stays what it is known as. */
	readonly container?: Container;
	/** As its service has it; absent where that says nothing. The live word stands unless this one is later. */
	readonly departure?: Departure;
	/** As its service has it; of one that the store knows its own word stands. */
	readonly preview?: Preview;
}

/** What one router replica saw since its last report. */
export interface ActivityReport {
	/** 16 lowercase hex characters, random per router process. */
	readonly replicaId: string;
	/** Unix milliseconds. */
	readonly at: number;
	/** How long the report counts as live. Default of routers: 45 s (`PULSE_RAILWAY_WEBSOCKET_TTL_SECONDS`). */
	readonly ttlMs: number;
	/** The routing snapshot this replica answers from: tells a deploy that every replica has seen its promotion. */
	readonly revision: number;
	/** Unix milliseconds from which its counts of tabs leave none out. Absent from older routers, which count none. */
	readonly tabsWholeAt?: number;
	readonly deployments: readonly ReplicaDeploymentActivity[];
}

export interface ReplicaDeploymentActivity {
	readonly id: string;
	readonly lastSeenAt: number;
	readonly inFlight: number;
	readonly sockets: number;
	/** Requests a second over the reporting interval. */
	readonly requestRate: number;
	/** Those of them that failed, by the version's fault. Absent from older routers. */
	readonly failureRate?: number;
	/** Tabs of a container app that were seen lately. Absent where there are none, and from older routers. */
	readonly tabs?: number;
	/** Of those. Absent with them, and from older routers. */
	readonly tabsBy?: TabsBy;
}

/** The others are shown, and nothing would be lost. */
export interface TabsBy {
	/** Their users would lose something. */
	readonly held: number;
	readonly hidden: number;
}

export interface Activity {
	/** Summed over replicas, by deployment id. */
	readonly deployments: ReadonlyMap<string, DeploymentActivity>;
	readonly replicas: readonly { readonly replicaId: string; readonly at: number; readonly revision: number }[];
	/** When all of them know of all tabs, Unix milliseconds; `null` while one of them does not count tabs, and for none. */
	readonly tabsWholeAt: number | null;
}

export interface DeploymentActivity {
	readonly id: string;
	readonly lastSeenAt: number | null;
	readonly inFlight: number;
	readonly sockets: number;
	readonly requestRate: number;
	/** Absent while one of the routers that saw it does not tell. */
	readonly failureRate?: number;
	/** Only of container apps, and only where there are any. */
	readonly tabs?: number;
	/** Absent while a router with tabs does not tell. */
	readonly tabsBy?: TabsBy;
}

export interface StoreWatcher {
	onSnapshot(snapshot: RoutingSnapshot): void;
	onLost(cause: unknown): void;
}

/** `janitor` is the key `<prefix>:janitor:lock` of the contract, `deploy` is `<prefix>:deploy:lock`. */
export type LockName = 'janitor' | 'deploy' | LeaseName;

/** Held by the command that makes a deployment: its pending record is half-made while it is held, else abandoned. */
export type LeaseName = `lease:${string}`;

export const leaseOf = (deployment: string): LeaseName => `lease:${deployment}`;

/** The deployment whose lease it is; `undefined` for a lock of another kind. */
export function leasedDeployment(lock: string): string | undefined {
	return /^lease:(.*)$/s.exec(lock)?.[1];
}

export interface LockHolder {
	/** `unknown` for a holder of the predecessor. */
	readonly owner: string;
	/** Unix milliseconds. */
	readonly acquiredAt: number | null;
	readonly expiresAt: number;
	/** Of a lease: which later deploys the one that is made stops for; absent: for none, or an older tool makes it. */
	readonly lane?: Lane;
	/** Of a lease: the deployment of the later one. */
	readonly supersededBy?: string;
}
