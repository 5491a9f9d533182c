/** How long, and how many of, deployments that were active are kept to go back to, although they have no visitors. */
export interface RollbackTerms {
	/** From when it stopped being active; 0: not at all. */
	readonly rollbackWindowMs: number;
	readonly rollbackKeep: number;
}

/**
 * Until when (Unix milliseconds) each is kept.
 * @param drained the last one to stop being active first, as a rollback without an argument chooses
 */
export function rollbackWindow(
	drained: readonly { readonly id: string; readonly drainStartedAt: number | null }[],
	{ rollbackWindowMs, rollbackKeep }: RollbackTerms,
): ReadonlyMap<string, number> {
	if (rollbackWindowMs === 0) return new Map();
	const dated = drained.flatMap(({ id, drainStartedAt }) => (drainStartedAt === null ? [] : [{ id, drainStartedAt }]));
	const last = dated.slice(0, rollbackKeep);
	return new Map(last.map(({ id, drainStartedAt }) => [id, drainStartedAt + rollbackWindowMs]));
}

/** Seconds: an hour. Who wants old deployments gone sooner means this as well. */
export function usualRollbackWindow(longestDrainSeconds: number): number {
	return Math.round(Math.min(3_600, longestDrainSeconds));
}

/** In seconds; `undefined`: it does not say. */
export interface RunningWindow {
	readonly longestDrain: number | undefined;
	readonly window: number | undefined;
}

/** Seconds, once the longest drain is `longestDrainSeconds`: the usual window follows it, another one was asked for and stays. */
export function keptRollbackWindow({ longestDrain, window }: RunningWindow, longestDrainSeconds: number): number {
	const isUsual = longestDrain !== undefined && window === usualRollbackWindow(longestDrain);
	return window === undefined || isUsual ? usualRollbackWindow(longestDrainSeconds) : window;
}
