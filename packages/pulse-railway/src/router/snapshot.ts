import type { RouteTable } from 'pulse-edge/decide/route-table';
import type { Canary } from '../deployments/canary.ts';
import { isDeploymentId } from '../deployments/id.ts';
import type { DeploymentRecord, RoutingSnapshot } from '../deployments/record.ts';
import type { DeploymentStore } from '../deployments/store.ts';
import { adopt, type Routed, trusted } from './adopt.ts';
import type { Log } from './log.ts';
import { Lookups } from './lookup.ts';
import { readSnapshotFile, writeSnapshotFile } from './snapshot-file.ts';

/** Where the snapshot in use came from. `none`: the store was never reached and no file was left. */
export type SnapshotSource = 'store' | 'file' | 'none';

export interface RoutingTableOptions {
	readonly store: DeploymentStore;
	readonly log: Log;
	/** Where the last snapshot is kept for a start without a store; not kept when absent. */
	readonly file?: string;
	readonly now: () => number;
	/** After every change. */
	readonly onChange?: () => void;
}

/** The routing snapshot, in memory, kept current by the store's watch. Every request is answered from here. */
export class RoutingTable implements RouteTable {
	readonly #options: RoutingTableOptions;
	readonly #lookups: Lookups;
	readonly #stop = new AbortController();
	#routed: Routed | null = null;
	#byId = new Map<string, DeploymentRecord>();
	#hasContainers = false;
	/** By its time. */
	#stopped: number | null = null;
	#source: SnapshotSource = 'none';
	#takenAt = 0;
	#connected = false;
	#writing: Promise<void> = Promise.resolve();

	constructor(options: RoutingTableOptions) {
		this.#options = options;
		this.#lookups = new Lookups({ store: options.store, now: options.now });
	}

	/**
	 * Resolves with the first snapshot: the store's, or after `patienceMs` the file's. With neither it waits on for the store,
	 * until `startPatienceMs` are over: who listens and knows nothing takes requests from a process beside it that does.
	 */
	async open(patienceMs: number, startPatienceMs: number): Promise<void> {
		const heard = new Promise<void>((resolve) => {
			this.#options.store.watch(
				{
					onSnapshot: (snapshot) => {
						this.#onSnapshot(snapshot);
						resolve();
					},
					onLost: (cause) => {
						this.#connected = false;
						this.#options.log.storeLost(cause, this.status());
					},
				},
				this.#stop.signal,
			);
		});
		await within(heard, patienceMs);
		if (this.#routed !== null) return;
		const { file } = this.#options;
		const saved = file === undefined ? null : await readSnapshotFile(file);
		if (saved !== null && this.#routed === null) this.#use(trusted(saved), 'file');
		if (this.#routed === null) await within(heard, startPatienceMs - patienceMs);
	}

	get activeId(): string | null {
		return this.#routed?.snapshot.activeId ?? null;
	}

	get revision(): number {
		return this.#routed?.snapshot.revision ?? 0;
	}

	get loaded(): boolean {
		return this.#routed !== null;
	}

	/** As the store says. */
	get rollout(): Canary | null {
		return this.#routed?.snapshot.canary ?? null;
	}

	/** No visitor is sent to one that this process has stopped. */
	get canary(): Canary | null {
		return this.rollout?.beganAt === this.#stopped ? null : this.rollout;
	}

	/** Of this process alone, while the store is away; `null`: none is. */
	stopCanary(canary: Canary | null): void {
		this.#stopped = canary?.beganAt ?? null;
	}

	get hasContainers(): boolean {
		return this.#hasContainers;
	}

	deployment(id: string): DeploymentRecord | undefined {
		return this.#byId.get(id);
	}

	all(): Iterable<DeploymentRecord> {
		return this.#byId.values();
	}

	/** Learns a record before the watch tells of it; the next snapshot decides. A malformed id is not there without asking. */
	lookUp(id: string): Promise<void> | null {
		if (!isDeploymentId(id)) return null;
		return this.#lookups.find(id).then((record) => {
			if (record !== null && !this.#byId.has(record.id)) this.#byId.set(record.id, record);
		});
	}

	status(): { source: SnapshotSource; revision: number; ageMs: number | null; storeReachable: boolean } {
		return {
			source: this.#source,
			revision: this.revision,
			// A watched snapshot is as old as the last word of the store; while the watch stands that is now.
			ageMs: this.#routed === null ? null : this.#connected ? 0 : this.#options.now() - this.#takenAt,
			storeReachable: this.#connected,
		};
	}

	async close(): Promise<void> {
		this.#stop.abort();
		await this.#writing;
	}

	#onSnapshot(incoming: RoutingSnapshot): void {
		if (this.#stop.signal.aborted) return;
		if (!this.#connected && this.#routed !== null) this.#options.log.storeBack(incoming.revision);
		this.#connected = true;
		const routed = adopt(this.#routed, incoming, this.#options.now());
		if (routed.until > (this.#routed?.until ?? 0)) this.#options.log.storeFellBack(this.revision, incoming.revision);
		this.#use(routed, 'store');
		this.#save(routed.snapshot);
	}

	#use(routed: Routed, source: SnapshotSource): void {
		this.#routed = routed;
		this.#source = source;
		this.#takenAt = this.#options.now();
		this.#byId = new Map(routed.snapshot.deployments.map((record) => [record.id, record]));
		this.#hasContainers = routed.snapshot.deployments.some(({ container }) => container !== undefined);
		this.#options.onChange?.();
	}

	#save(snapshot: RoutingSnapshot): void {
		const file = this.#options.file;
		if (file === undefined) return;
		this.#writing = this.#writing
			.then(() => (this.#routed?.snapshot === snapshot ? writeSnapshotFile(file, snapshot) : undefined))
			.catch((error) => this.#options.log.snapshotNotSaved(error));
	}
}

async function within(event: Promise<void>, ms: number): Promise<void> {
	let timer: NodeJS.Timeout | undefined;
	const over = new Promise<void>((resolve) => {
		timer = setTimeout(resolve, Math.max(0, ms));
	});
	await Promise.race([event, over]);
	clearTimeout(timer);
}
