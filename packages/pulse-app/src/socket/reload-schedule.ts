/** At most this part of the pages is told within any one second: each that loads anew is work for the newest deployment. */
const PART_PER_SECOND = 5;
/** What one page may be told later than its turn. */
const JITTER_MS = 250;
/** A caller that names no time deletes the server a second after the answer. */
const WITHOUT_TIME_MS = 800;

/** When pages are told to load anew, and what they are told. */
export interface ReloadSchedule {
	/** One for each page, in milliseconds, none below the one before. */
	readonly offsets: readonly number[];
	/** Seconds that each of them may wait from its turn on, where it can wait. */
	readonly within: number;
	/** Milliseconds until the last page was told and its time is over. */
	readonly overInMs: number;
}

export interface ReloadTerms {
	/** Seconds by when all pages are to be loaded anew; `null`: the caller names no time, and waits for a second alone. */
	readonly within: number | null;
	/** Milliseconds in which all must have been told, although the newest deployment gets more of them in a second. Default: none. */
	readonly limitMs?: number;
}

/**
 * In any second a fifth of the pages is told at most, and one where they are fewer than five. Who may wait has the same
 * time from its own turn on, so that those who wait to the end do not load all at once either.
 * @param random uniform in [0, 1)
 */
export function scheduleReload(count: number, terms: ReloadTerms, random: () => number): ReloadSchedule {
	const { within, limitMs = Number.POSITIVE_INFINITY } = terms;
	if (within === null) {
		const gap = WITHOUT_TIME_MS / Math.max(1, count);
		return { offsets: spread(count, gap, count > 1 ? gap : 0, random), within: 0, overInMs: WITHOUT_TIME_MS };
	}
	const perSecond = Math.max(1, Math.floor(count / PART_PER_SECOND));
	// So many turns and the jitter are a second and the jitter: no window of a second has one more.
	const usual = (1000 + JITTER_MS) / perSecond;
	const turns = Math.max(0, count - 1);
	const squeezed = Math.min(1, limitMs / (turns * usual + JITTER_MS));
	const jitter = count > 1 ? JITTER_MS * squeezed : 0;
	const lastMs = turns * usual * squeezed + jitter;
	return {
		offsets: spread(count, usual * squeezed, jitter, random),
		within: Math.max(0, Math.floor(within - lastMs / 1000)),
		overInMs: Math.ceil(Math.max(lastMs, within * 1000)),
	};
}

function spread(count: number, gap: number, jitter: number, random: () => number): number[] {
	return Array.from({ length: count }, (_, turn) => turn * gap + random() * jitter).sort((a, b) => a - b);
}
