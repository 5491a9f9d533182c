import type { HistoryEntry } from './history-text.ts';

/**
 * What one was made of is told when it is deployed, and why it is deleted, and with whom on it, when its tasks are ended. Oldest
 * first.
 */
export function completed<Entry extends HistoryEntry>(oldestFirst: readonly Entry[]): readonly Entry[] {
	const told = new Map<string, Entry>();
	return oldestFirst.map((entry) => {
		const before = told.get(entry.id);
		const { image, commit, message } = entry.image || entry.commit || entry.message ? entry : (before ?? entry);
		const ended = entry.event === 'deleted' ? before : undefined;
		const because = entry.because ?? ended?.because;
		const touched = entry.touched ?? ended?.touched;
		const whole = { ...entry, image, commit, message, because, touched };
		told.set(entry.id, whole);
		return whole;
	});
}
