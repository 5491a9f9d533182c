/** As much of a history as tells who was active when. */
export interface PastEvent {
	readonly event: string;
	readonly id: string;
}

const WORDS: ReadonlySet<string> = new Set(['activated', 'restored', 'recalled', 'stays']);

/**
 * Which deployment was active before the one that is, whatever became of it; recalled ones are passed over.
 * @param oldestFirst all that is known
 * @returns `undefined` where the history tells of none, `null` where all others were recalled or there was no other
 */
export function activeBefore(oldestFirst: readonly PastEvent[], activeId: string | null): string | null | undefined {
	const newestFirst = [...oldestFirst].reverse();
	const wasActive = newestFirst.filter(({ event }) => event === 'activated' || event === 'restored');
	if (wasActive.length === 0) return undefined;
	return wasActive.find(({ id }) => id !== activeId && !isRecalled(oldestFirst, id))?.id ?? null;
}

/** What was said last of a version counts. */
export function isRecalled(oldestFirst: readonly PastEvent[], id: string): boolean {
	return oldestFirst.findLast((one) => one.id === id && WORDS.has(one.event))?.event === 'recalled';
}
