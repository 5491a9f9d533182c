import type { Clock } from 'pulse-deploy-kit/clock';
import type { ReadLog } from 'pulse-deploy-kit/logs/follow-log';

/**
 * Has all who follow a log read in turn, `everyMs` apart, but that each begins at once: what one account may ask in an hour is
 * one budget, and a rollback has to find something left of it.
 */
export function pacing(everyMs: number, clock: Pick<Clock, 'now' | 'sleep'>): (read: ReadLog) => ReadLog {
	let freeAt = Number.NEGATIVE_INFINITY;
	return (read) => {
		let hasBegun = false;
		return async (window, signal) => {
			const now = clock.now();
			const turn = Math.max(freeAt, now);
			freeAt = turn + everyMs;
			if (hasBegun) await clock.sleep(turn - now, signal);
			hasBegun = true;
			return read(window, signal);
		};
	};
}
