import { setTimeout } from 'node:timers/promises';
import type { Upstream, Upstreams } from 'pulse-edge/forward/claim';
import type { Presence, TabCounts } from 'pulse-edge/page/presence';
import { causesOfVersion } from 'pulse-edge/report/failures';
import type { DeploymentStore, ReplicaDeploymentActivity } from '../deployments/store.ts';
import type { Log } from './log.ts';
import type { RoutingTable } from './snapshot.ts';

export interface ActivityOptions {
	readonly store: Pick<DeploymentStore, 'recordActivity'>;
	readonly upstreams: Upstreams;
	/** Of container apps. */
	readonly presence: Pick<Presence, 'counts' | 'wholeAt'>;
	readonly table: RoutingTable;
	readonly log: Log;
	readonly replicaId: string;
	readonly now: () => number;
	/** How long a report counts as live. Contract R3.8: 45 s. */
	readonly ttlMs: number;
	/** A report is due this often even when nothing changed. Contract R3.8: 15 s. */
	readonly heartbeatMs: number;
}

const REPORT_MS = 1_000;
/** A store that is down must not hold up the end of the process. */
const LAST_REPORT_MS = 1_000;

/**
 * Tells the store what this process sees, at most once a second and never within a request (decision 9). One report is
 * under way at a time; a failing store costs nothing but the report, which the next one replaces.
 */
export class ActivityReporter {
	readonly #options: ActivityOptions;
	readonly #timer: NodeJS.Timeout;
	/** What was counted until the last report. */
	readonly #counted = new Map<string, { readonly requests: number; readonly failed: number }>();
	#running: Promise<void> | null = null;
	#reportedAt = 0;
	#lastReport = '';
	#activeId: string | null = null;

	constructor(options: ActivityOptions) {
		this.#options = options;
		this.#timer = setInterval(() => this.report(), REPORT_MS);
		this.#timer.unref();
	}

	report(): Promise<void> {
		this.#running ??= this.#send().finally(() => {
			this.#running = null;
		});
		return this.#running;
	}

	/**
	 * A rollback waits until every replica says that it has seen the promotion: that is told at once, and the next report
	 * is due a second later.
	 */
	followed(): void {
		if (this.#options.table.activeId === this.#activeId) return;
		this.#timer.refresh();
		void (this.#running ?? Promise.resolve()).then(() => this.report());
	}

	/** A last report without sockets, so that a deployment is not kept alive by a router that is gone. */
	async close(): Promise<void> {
		clearInterval(this.#timer);
		this.#lastReport = '';
		const last = this.#running === null ? this.report() : this.#running.then(() => this.report());
		await Promise.race([last, setTimeout(LAST_REPORT_MS, undefined, { ref: false })]);
	}

	async #send(): Promise<void> {
		const { store, upstreams, presence, table, replicaId, ttlMs, heartbeatMs } = this.#options;
		const at = this.#options.now();
		this.#activeId = table.activeId;
		const seconds = Math.max(1, at - this.#reportedAt) / 1000;
		const routed = [...upstreams.all()].map((one) => {
			const { id, lastSeenAt, inFlight, sockets, requests } = one;
			const before = this.#counted.get(id) ?? { requests: 0, failed: 0 };
			return {
				id,
				lastSeenAt,
				inFlight,
				sockets,
				requestRate: Math.max(0, requests - before.requests) / seconds,
				failureRate: Math.max(0, failedOf(one) - before.failed) / seconds,
			};
		});
		const deployments = withTabs(routed, presence.counts());
		// While a deployment is in use its last-seen time moves with every report; an idle router only keeps its place.
		const busy = deployments.some((one) => one.inFlight > 0 || one.sockets > 0 || one.requestRate > 0);
		const report = JSON.stringify([table.revision, deployments]);
		if (!busy && report === this.#lastReport && at - this.#reportedAt < heartbeatMs) return;
		try {
			const { wholeAt: tabsWholeAt } = presence;
			await store.recordActivity({ replicaId, at, ttlMs, revision: table.revision, tabsWholeAt, deployments });
			this.#lastReport = report;
			this.#reportedAt = at;
			for (const one of upstreams.all()) this.#counted.set(one.id, { requests: one.requests, failed: failedOf(one) });
			upstreams.keepOnly((id) => table.deployment(id) !== undefined || id === table.activeId);
			for (const id of this.#counted.keys()) if (!deployments.some((one) => one.id === id)) this.#counted.delete(id);
		} catch (error) {
			this.#options.log.activityNotReported(error);
		}
	}
}

/** By the fault of the version: as the brake of a canary counts them. */
function failedOf({ serverErrors, failures }: Upstream): number {
	return causesOfVersion.reduce((sum, cause) => sum + (failures[cause] ?? 0), serverErrors);
}

/** A tab may be there of which nothing was asked since this process began. */
function withTabs(
	routed: readonly ReplicaDeploymentActivity[],
	counts: ReadonlyMap<string, TabCounts>,
): readonly ReplicaDeploymentActivity[] {
	if (counts.size === 0) return routed;
	const tabsOf = (id: string) => Object.values(counts.get(id) ?? {}).reduce((sum, count) => sum + count, 0);
	const byState = (id: string) => ({ held: counts.get(id)?.busy ?? 0, hidden: counts.get(id)?.hidden ?? 0 });
	const unasked = [...counts.keys()].filter((id) => routed.every((one) => one.id !== id));
	const none = { lastSeenAt: 0, inFlight: 0, sockets: 0, requestRate: 0, failureRate: 0 };
	return [...routed, ...unasked.map((id) => ({ id, ...none }))].map((one) => {
		const tabs = tabsOf(one.id);
		return tabs === 0 ? one : { ...one, tabs, tabsBy: byState(one.id) };
	});
}
