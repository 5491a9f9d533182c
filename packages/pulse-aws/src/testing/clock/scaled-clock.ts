import { systemClock } from 'pulse-deploy-kit/clock';
import type { WorldClock } from './world-clock.ts';

/** Real time, `speed` times as fast: for tests under load, where requests must see time pass evenly. */
export function scaledClock(speed: number): WorldClock {
	const started = Date.now();
	const timers = new Set<NodeJS.Timeout>();
	const over = new AbortController();
	return {
		now: () => started + (Date.now() - started) * speed,
		sleep: (ms, signal) => systemClock.sleep(ms / speed, signal ? AbortSignal.any([signal, over.signal]) : over.signal),
		after: (ms, run) => {
			const timer = setTimeout(() => {
				timers.delete(timer);
				run();
			}, ms / speed);
			timers.add(timer);
			return {
				cancel: () => {
					timers.delete(timer);
					clearTimeout(timer);
				},
			};
		},
		hold: (work) => work,
		stop: () => {
			for (const timer of timers) clearTimeout(timer);
			timers.clear();
			over.abort(new Error('the emulated world was closed'));
		},
	};
}
