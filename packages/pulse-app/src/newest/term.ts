/** What work of the newest deployment is told when it begins. */
export interface NewestTerm {
	/**
	 * Grows with every term, over replicas, deployments and restarts. Whatever the work writes to should refuse a number lower
	 * than one that it has seen: nothing else stops a process that was suspended in the middle of a write.
	 */
	readonly fence: number;
	/** Aborted when a newer deployment is active, the lease is lost or the app ends. */
	readonly signal: AbortSignal;
	/**
	 * Whether this process still has the lease, by its clocks: a process that was suspended is told by this before any timer
	 * or answer tells it. Ask right before an effect.
	 */
	readonly isHeld: () => boolean;
}

/** Milliseconds since it was made, by whichever clock says more: one stands still while a machine sleeps, one may be set back. */
export type Stopwatch = () => number;

export function startStopwatch(): Stopwatch {
	const [monotonic, wall] = [performance.now(), Date.now()];
	return () => Math.max(performance.now() - monotonic, Date.now() - wall);
}

/** Part of the time that is not used: clocks of two machines do not run alike, and an effect takes its time. */
const UNUSED_PART = 0.05;
/** Timers know no longer one. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The time in which this process has the lease. */
export class Term implements NewestTerm {
	readonly fence: number;
	readonly signal: AbortSignal;
	readonly #controller = new AbortController();
	#since: Stopwatch;
	#forMs: number;
	#timer: NodeJS.Timeout | undefined;
	#keepsLease = false;

	/** @param since runs from before the lease was asked for */
	constructor(fence: number, since: Stopwatch, forMs: number) {
		this.fence = fence;
		this.signal = this.#controller.signal;
		this.#since = since;
		this.#forMs = forMs;
		this.#watch();
	}

	/** Bound, because users take it out of the term. */
	readonly isHeld = (): boolean => {
		if (!this.signal.aborted && this.#left() <= 0) this.end('its time is over: it could not be prolonged');
		return !this.signal.aborted;
	};

	/** Without effect once it is over, also where only the clocks say so yet. */
	prolong(since: Stopwatch, forMs: number): void {
		if (!this.isHeld()) return;
		this.#since = since;
		this.#forMs = forMs;
		this.#watch();
	}

	/** Once it is over: whether the lease is still this process's, to be kept while work ends. */
	get keepsLease(): boolean {
		return this.#keepsLease;
	}

	/** @param why for the log */
	end(why: string, keepsLease = false): void {
		if (this.signal.aborted) return;
		clearTimeout(this.#timer);
		this.#keepsLease = keepsLease;
		this.#controller.abort(new Error(`this process is no longer the newest one: ${why}`));
	}

	#left(): number {
		return this.#forMs * (1 - UNUSED_PART) - this.#since();
	}

	#watch(): void {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => this.isHeld() && this.#watch(), Math.min(Math.ceil(this.#left()), LONGEST_TIMER_MS));
		this.#timer.unref();
	}
}
