/** What several readers need, asked for by the first of them. A reader whom that one's failure reaches asks for it itself. */
export class AskedOnce<T> {
	#asking: Promise<T> | null = null;

	read(ask: () => Promise<T>): Promise<T> {
		// The first one's time may be over, or a right be missing that each is to name.
		return this.#asking?.catch(() => this.#ask(ask)) ?? this.#ask(ask);
	}

	#ask(ask: () => Promise<T>): Promise<T> {
		this.#asking = ask();
		return this.#asking;
	}
}
