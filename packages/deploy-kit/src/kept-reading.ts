/**
 * Keeps what was read: once that is old it is read again, and told meanwhile. Only the first reader waits, and the first one after
 * a time without readers.
 */
export class KeptReading<T> {
	readonly #freshMs: number;
	#kept: { readonly at: number; readonly value: T } | null = null;
	#reading: Promise<T> | null = null;

	constructor(freshMs: number) {
		this.#freshMs = freshMs;
	}

	async read(now: number, read: () => Promise<T>): Promise<T> {
		const age = this.#kept === null ? Number.POSITIVE_INFINITY : now - this.#kept.at;
		if (this.#kept === null || age >= 2 * this.#freshMs) return this.#refresh(now, read);
		if (age >= this.#freshMs) this.#refresh(now, read).catch(() => {});
		return this.#kept.value;
	}

	#refresh(at: number, read: () => Promise<T>): Promise<T> {
		this.#reading ??= read()
			.then((value) => {
				this.#kept = { at, value };
				return value;
			})
			.finally(() => {
				this.#reading = null;
			});
		return this.#reading;
	}
}
