import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Timer, WorldClock } from './world-clock.ts';

interface Entry {
	readonly due: number;
	readonly order: number;
	/** A caller outside the world waits for it, so time may move towards it. */
	readonly awaited: boolean;
	readonly run: () => void;
}

/**
 * Time that passes only while a caller sleeps, and then at once: from timer to timer in order, pausing wherever real
 * work is under way. Nothing sleeping means that time stands still, however long the real clock runs.
 */
export class VirtualClock implements WorldClock {
	#now: number;
	#order = 0;
	#timers: Entry[] = [];
	#holds = 0;
	#released: (() => void) | undefined;
	#moving = false;
	#stopped = false;

	/** `start` in Unix milliseconds. */
	constructor(start = Date.UTC(2026, 0, 5, 9)) {
		this.#now = start;
	}

	now(): number {
		return this.#now;
	}

	after(ms: number, run: () => void): Timer {
		return this.#add(ms, run, false);
	}

	async sleep(ms: number, signal?: AbortSignal): Promise<void> {
		signal?.throwIfAborted();
		await new Promise<void>((resolve, reject) => {
			const timer = this.#add(ms, () => finish(resolve), true);
			const onAbort = () => {
				timer.cancel();
				finish(() => reject(signal?.reason));
			};
			const finish = (settle: () => void) => {
				signal?.removeEventListener('abort', onAbort);
				settle();
			};
			signal?.addEventListener('abort', onAbort, { once: true });
			void this.#move();
		});
	}

	/** Lets `ms` pass, with everything that falls due in them: a test's own way to sleep. */
	advance(ms: number): Promise<void> {
		return this.sleep(ms);
	}

	hold<T>(work: Promise<T>, patienceMs: number): Promise<T> {
		this.#holds++;
		let held = true;
		const release = () => {
			if (!held) return;
			held = false;
			clearTimeout(patience);
			if (--this.#holds === 0) this.#released?.();
		};
		const patience = setTimeout(release, patienceMs);
		work.then(release, release);
		return work;
	}

	stop(): void {
		this.#stopped = true;
		this.#timers = [];
		this.#released?.();
	}

	#add(ms: number, run: () => void, awaited: boolean): Timer {
		const entry: Entry = { due: this.#now + Math.max(0, ms), order: this.#order++, awaited, run };
		if (!this.#stopped) {
			const at = this.#timers.findIndex((other) => other.due > entry.due);
			this.#timers.splice(at === -1 ? this.#timers.length : at, 0, entry);
		}
		return {
			cancel: () => {
				const at = this.#timers.indexOf(entry);
				if (at !== -1) this.#timers.splice(at, 1);
			},
		};
	}

	async #move(): Promise<void> {
		if (this.#moving) return;
		this.#moving = true;
		while (await this.#wanted()) {
			const next = this.#timers.shift()!;
			this.#now = Math.max(this.#now, next.due);
			next.run();
		}
		this.#moving = false;
	}

	/** After real work has had its turn: does a caller still wait for time to pass? */
	async #wanted(): Promise<boolean> {
		for (;;) {
			// Two turns: one for the answers that have arrived, one for what they set in motion.
			await nextTurn();
			await nextTurn();
			if (this.#stopped || !this.#timers.some((timer) => timer.awaited)) return false;
			if (this.#holds === 0) return true;
			await new Promise<void>((resolve) => {
				this.#released = resolve;
			});
			this.#released = undefined;
		}
	}
}
