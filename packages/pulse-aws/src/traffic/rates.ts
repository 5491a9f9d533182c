/** CloudWatch's finest for load balancers. */
export const MINUTE_MS = 60_000;
/** So far back a minute that CloudWatch knows is looked for. */
const BACK_MINUTES = 6;

/** Begin of a minute, Unix ms → how many. A minute without any is absent. */
export type MinuteCounts = ReadonlyMap<number, number>;

export interface GroupCounts {
	readonly requests: MinuteCounts;
	/** Answers of 500 and more, and connections that its tasks did not take. */
	readonly failures: MinuteCounts;
}

export interface Rates {
	/** End of the minute that is counted, Unix ms; `null` where no request came in all the time that was asked about. */
	readonly at: number | null;
	/** By deployment id, a second. */
	readonly of: ReadonlyMap<string, { readonly requests: number; readonly failures: number }>;
}

/** What to ask CloudWatch about: minutes that ended a minute ago or before, since the newest is not whole at first. */
export function minutesToAsk(now: number): { readonly from: number; readonly to: number } {
	const to = Math.floor(now / MINUTE_MS) * MINUTE_MS - MINUTE_MS;
	return { from: to - BACK_MINUTES * MINUTE_MS, to };
}

/**
 * The newest minute that any of them had a request in counts for all: the load balancer tells CloudWatch of all its target
 * groups together, and of one that had none nothing.
 */
export function ratesOf(counts: ReadonlyMap<string, GroupCounts>): Rates {
	const minutes = [...counts.values()].flatMap(({ requests }) => [...requests.keys()]);
	const newest = minutes.length === 0 ? null : Math.max(...minutes);
	const perSecond = (all: MinuteCounts) =>
		newest === null ? 0 : Math.round(((all.get(newest) ?? 0) / (MINUTE_MS / 1000)) * 10) / 10;
	return {
		at: newest === null ? null : newest + MINUTE_MS,
		of: new Map(
			[...counts].map(([id, { requests, failures }]) => [
				id,
				{ requests: perSecond(requests), failures: perSecond(failures) },
			]),
		),
	};
}
