import { Cron } from 'croner';

/** Calls `run` at every moment of a five-field UTC schedule until the signal aborts. `scale` 60 makes a minute a second. */
export async function keepSchedule(
	schedule: string,
	scale: number,
	now: () => number,
	signal: AbortSignal,
	run: () => void,
): Promise<void> {
	const origin = now();
	const virtualNow = () => origin + (now() - origin) * scale;
	const cron = new Cron(schedule, { timezone: 'UTC', paused: true });
	let last = new Date(virtualNow());
	while (!signal.aborted) {
		const next = cron.nextRun(last);
		if (!next) return;
		await sleepUntil(() => (next.getTime() - virtualNow()) / scale, signal);
		if (signal.aborted) return;
		run();
		// Moments missed while the machine slept are not made up for.
		last = new Date(Math.max(next.getTime(), virtualNow()));
	}
}

export function nextRun(schedule: string, at: number): Date | null {
	return new Cron(schedule, { timezone: 'UTC', paused: true }).nextRun(new Date(at));
}

/** In slices, because a timer neither counts a suspended machine's time nor holds more than 24 days. */
async function sleepUntil(remaining: () => number, signal: AbortSignal): Promise<void> {
	for (let left = remaining(); left > 0 && !signal.aborted; left = remaining()) {
		await new Promise<void>((resolve) => {
			const done = () => {
				clearTimeout(timer);
				signal.removeEventListener('abort', done);
				resolve();
			};
			const timer = setTimeout(done, Math.min(left, 30_000));
			signal.addEventListener('abort', done, { once: true });
		});
	}
}
