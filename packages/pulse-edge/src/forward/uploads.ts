/** A request body on its way, as {@link Uploads} sees it. */
export interface Body {
	/** Bytes that came so far. */
	readonly received: number;
	/** It is the client that is to go on. */
	readonly awaited: boolean;
	/** Ends it: its client is too slow for others to wait behind. */
	expire(): void;
}

export interface UploadsOptions {
	/** Bodies under way at a time. */
	readonly limit: number;
	/** How long one waits for a place, milliseconds. */
	readonly patienceMs: number;
}

/** Seconds over which the speed of a body is measured, from its place on: until then none is slow. */
const WINDOW = 30;
/** Bytes a second. Apache's limit as well (mod_reqtimeout). */
const MIN_RATE = 500;

interface Place {
	since: number;
	received: number;
	slow: boolean;
}

/**
 * The places for request bodies that are not all here yet. Each holds a backend connection for as long as its client likes,
 * so they are a bounded share of the connections: whatever uploads do, everything else finds one. A body that arrived with
 * its head needs no place. One that trickles keeps its place only until another waits for it: a slow line harms no other
 * while there is room.
 */
export class Uploads {
	readonly #options: UploadsOptions;
	readonly #open = new Map<Body, Place>();
	readonly #waiting = new Set<() => void>();
	#tick = 0;

	constructor(options: UploadsOptions) {
		this.#options = options;
	}

	get open(): number {
		return this.#open.size;
	}

	/** Exactly one is called: `enter` at once or later, or `refused`. The returned function gives up the place or the waiting. */
	enter(body: Body, enter: () => void, refused: () => void): () => void {
		if (this.#open.size < this.#options.limit) {
			this.#place(body);
			enter();
			return () => this.#leave(body);
		}
		const over = () => {
			clearTimeout(timer);
			this.#waiting.delete(wake);
		};
		const wake = () => {
			over();
			this.#place(body);
			enter();
		};
		const timer = setTimeout(() => {
			over();
			refused();
		}, this.#options.patienceMs);
		this.#waiting.add(wake);
		return () => {
			over();
			this.#leave(body);
		};
	}

	/** Once a second. */
	sweep(): void {
		this.#tick++;
		for (const [body, place] of this.#open) {
			const seconds = this.#tick - place.since;
			if (seconds < WINDOW) continue;
			place.slow = (body.received - place.received) / seconds < MIN_RATE;
			place.since = this.#tick;
			place.received = body.received;
		}
		let wanted = this.#waiting.size;
		if (wanted === 0) return;
		for (const [body, place] of [...this.#open]) {
			if (!place.slow || !body.awaited) continue;
			body.expire();
			if (--wanted === 0) return;
		}
	}

	#place(body: Body): void {
		this.#open.set(body, { since: this.#tick, received: body.received, slow: false });
	}

	#leave(body: Body): void {
		if (!this.#open.delete(body)) return;
		const [next] = this.#waiting;
		next?.();
	}
}
