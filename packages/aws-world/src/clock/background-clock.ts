import type { Clock } from 'pulse-deploy-kit/clock';
import type { WorldClock } from './world-clock.ts';

/** The same time for code that runs inside the world (a task, a target): its sleeps do not make time pass. */
export function backgroundClock(clock: WorldClock): Clock {
	return {
		now: () => clock.now(),
		sleep: async (ms, signal) => {
			signal?.throwIfAborted();
			await new Promise<void>((resolve, reject) => {
				const onAbort = () => {
					timer.cancel();
					reject(signal?.reason);
				};
				const timer = clock.after(ms, () => {
					signal?.removeEventListener('abort', onAbort);
					resolve();
				});
				signal?.addEventListener('abort', onAbort, { once: true });
			});
		},
	};
}
