/** Keeps what was read: once that is old it is read again, and told meanwhile, so that only the first reader waits. */
export class Remembered<T> {
	readonly #freshMs: number;
	#kept: { readonly at: number; readonly value: T } | null = null;
	#reading: Promise<T> | null = null;

	constructor(freshMs: number) {
		this.#freshMs = freshMs;
	}

	async read(now: number, read: () => Promise<T>): Promise<T> {
		if (this.#kept === null) return this.#refresh(now, read);
		if (now - this.#kept.at >= this.#freshMs) this.#refresh(now, read).catch(() => {});
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
