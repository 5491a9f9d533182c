import { withProvenance } from 'pulse-deploy-kit/history/provenance';
import type { HistoryEntry } from './history-text.ts';

/** Why a deployment is deleted, and with whom on it, is told when its tasks are ended. Oldest first. */
export function completed<Entry extends HistoryEntry>(oldestFirst: readonly Entry[]): readonly Entry[] {
	const told = new Map<string, Entry>();
	return withProvenance(oldestFirst).map((entry) => {
		const ended = entry.event === 'deleted' ? told.get(entry.id) : undefined;
		const because = entry.because ?? ended?.because;
		const touched = entry.touched ?? ended?.touched;
		const whole = { ...entry, because, touched };
		told.set(entry.id, whole);
		return whole;
	});
}
