/** So many different reasons are told. */
const MAX_REASONS = 3;

/**
 * What a page says of itself. `busy`: its user works in it; `idle`: it is shown and its user does not; `held`: it has what its user
 * would lose if it were loaded anew.
 */
export interface PageWord {
	readonly state: 'visible' | 'busy' | 'idle' | 'hidden' | 'held';
	/** The page's own words, a hundred characters at most, which may be anything. */
	readonly reason: string | null;
}

/** Pages by what they say of themselves. Those of clients that say nothing are in none of the numbers. */
export interface PageCounts {
	readonly busy: number;
	readonly idle: number;
	readonly hidden: number;
	readonly held: number;
	/** Why pages are held, three at most, the most frequent first. A page may say anything here: escape it before it is shown. */
	readonly heldReasons: readonly string[];
}

export function countPages(words: Iterable<PageWord | null>): PageCounts {
	const counts = { visible: 0, busy: 0, idle: 0, hidden: 0, held: 0 };
	const reasons = new Map<string, number>();
	for (const word of words) {
		if (word === null) continue;
		counts[word.state] += 1;
		if (word.state === 'held' && word.reason) reasons.set(word.reason, (reasons.get(word.reason) ?? 0) + 1);
	}
	const { busy, idle, hidden, held } = counts;
	const heldReasons = [...reasons].sort((a, b) => b[1] - a[1]).map(([reason]) => reason);
	return { busy, idle, hidden, held, heldReasons: heldReasons.slice(0, MAX_REASONS) };
}
