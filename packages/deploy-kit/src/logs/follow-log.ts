import type { Clock } from '../clock.ts';
import type { Host } from '../host.ts';
import type { LogLine } from './log-line.ts';
import { NewLines } from './new-lines.ts';

/** Railway's hourly limit for small accounts is 1,000 requests (docs/platform-facts/railway.md §1.3), of which this takes 720. */
const EVERY_MS = 5_000;
/** An API that is away for so long is not waited for any longer. */
const PATIENCE_MS = 600_000;
/** What both platforms give in one answer at least. */
export const MAX_LINES = 5_000;

export interface LogWindow {
	/** Unix milliseconds; `null`: the newest lines, however old. */
	readonly since: number | null;
	/** Of more, the newest. */
	readonly limit: number;
}

/** Oldest first; `null`: what wrote the log is gone, and the log with it. */
export type ReadLog = (window: LogWindow, signal: AbortSignal) => Promise<readonly LogLine[] | null>;

/**
 * Hands every line that comes to `show`, oldest first, until the signal aborts or the log is gone. Reading waits out an API
 * that is away for up to ten minutes; nothing that was written meanwhile is left out.
 */
export async function followLog(options: {
	readonly read: ReadLog;
	readonly first: LogWindow;
	readonly show: (lines: readonly LogLine[]) => void;
	/** Whether asking again may help. */
	readonly isPassing: (error: unknown) => boolean;
	/** Between two readings. Default 5,000. */
	readonly everyMs?: number;
	readonly clock: Clock;
	readonly host: Host;
	readonly signal: AbortSignal;
}): Promise<void> {
	const { read, first, show, isPassing, everyMs = EVERY_MS, clock, host, signal } = options;
	const seen = new NewLines();
	const began = clock.now();
	let heardAt = began;
	for (let round = 0; !signal.aborted; round += 1) {
		try {
			if (round > 0) await clock.sleep(everyMs, signal);
			const lines = await read(
				round === 0 ? first : { since: seen.from ?? first.since ?? began, limit: MAX_LINES },
				signal,
			);
			if (lines === null) {
				host.notify({ level: 'info', text: 'It was deleted; there are no further lines.' });
				return;
			}
			show(seen.take(lines));
			if (round > 0 && lines.length >= MAX_LINES)
				host.notify({
					level: 'warning',
					text: `More than ${MAX_LINES} lines came at once; the oldest of them are left out.`,
				});
			heardAt = clock.now();
		} catch (error) {
			if (signal.aborted) return;
			if (round === 0 || !isPassing(error) || clock.now() - heardAt > PATIENCE_MS) throw error;
		}
	}
}
