import { systemClock } from 'pulse-deploy-kit/clock';
import type { WorldClock } from './world-clock.ts';

interface Entry {
	/** World time. */
	readonly due: number;
	readonly run: () => void;
	timer?: NodeJS.Timeout;
}

/** Work that the world is this patient with, such as the start of a process, stops the clock; shorter work never does. */
const STOPS_FOR_MS = 10_000;

/**
 * Real time, `speed` times as fast: for tests under load, where requests must see time pass evenly. It stands still while
 * a process starts, or a busy machine would make a slow start look like a failing app.
 */
export function scaledClock(speed: number): WorldClock {
	const entries = new Set<Entry>();
	const over = new AbortController();
	let base = { world: Date.now(), real: Date.now() };
	let holds = 0;

	const now = () => (holds > 0 ? base.world : base.world + (Date.now() - base.real) * speed);
	const arm = (entry: Entry) => {
		if (holds > 0) return;
		entry.timer = setTimeout(
			() => {
				entries.delete(entry);
				entry.run();
			},
			(entry.due - now()) / speed,
		);
	};
	const stand = () => {
		base = { world: now(), real: Date.now() };
		if (++holds === 1) for (const entry of entries) clearTimeout(entry.timer);
	};
	const go = () => {
		if (--holds > 0) return;
		base = { ...base, real: Date.now() };
		for (const entry of entries) arm(entry);
	};
	const after: WorldClock['after'] = (ms, run) => {
		const entry: Entry = { due: now() + ms, run };
		if (over.signal.aborted) return { cancel: () => {} };
		entries.add(entry);
		arm(entry);
		return {
			cancel: () => {
				entries.delete(entry);
				clearTimeout(entry.timer);
			},
		};
	};
	return {
		now,
		after,
		sleep: (ms, signal) =>
			new Promise((resolve, reject) => {
				const given = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
				if (given.aborted) return reject(given.reason);
				const onAbort = () => {
					timer.cancel();
					reject(given.reason);
				};
				const timer = after(ms, () => {
					given.removeEventListener('abort', onAbort);
					resolve();
				});
				given.addEventListener('abort', onAbort, { once: true });
			}),
		hold: (work, patienceMs) => {
			if (patienceMs < STOPS_FOR_MS) return work;
			stand();
			const patience = new AbortController();
			const worked = work.then(
				() => patience.abort(),
				() => patience.abort(),
			);
			void Promise.race([worked, systemClock.sleep(patienceMs, patience.signal).catch(() => {})]).then(go);
			return work;
		},
		stop: () => {
			for (const entry of entries) clearTimeout(entry.timer);
			entries.clear();
			over.abort(new Error('the emulated world was closed'));
		},
	};
}
