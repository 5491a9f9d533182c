import type { HistoryLine } from '../history/line.ts';
import type { ServiceView, VersionFacts } from './view.ts';

/** What a tool's status and history say, before it is put into words. Times in Unix milliseconds. */
export interface DashboardFacts {
	readonly tool: string;
	readonly at: number;
	readonly place: string;
	readonly address: string;
	/** What is wrong with what was read: the router is away, live and durable truth differ. */
	readonly alarms: readonly string[];
	/** Where figures come from, and which cannot be had. */
	readonly notes: readonly string[];
	readonly activeId: string | null;
	/** The command that holds the deploy lock. */
	readonly underWay: string | null;
	/** Of the canary that runs, a sentence. */
	readonly canary: string | null;
	/** Where a rollback without an id goes; `null`: nowhere. */
	readonly rollbackTo: string | null;
	/** Versions that do not run and that `rollback --redeploy` can start, the likeliest first. */
	readonly redeployable: readonly string[];
	/** What deletes versions that are not used any more: `the janitor`. */
	readonly cleaner: string;
	readonly versions: readonly VersionFacts[];
	readonly history: readonly HistoryLine[];
	readonly services: readonly ServiceView[];
}
