/** A map that forgets what was set longest ago. */
export class Recent<Value> {
	readonly #limit: number;
	readonly #values = new Map<string, Value>();

	constructor(limit: number) {
		this.#limit = limit;
	}

	get(key: string): Value | undefined {
		return this.#values.get(key);
	}

	set(key: string, value: Value): void {
		this.#values.delete(key);
		this.#values.set(key, value);
		if (this.#values.size <= this.#limit) return;
		for (const oldest of this.#values.keys()) {
			this.#values.delete(oldest);
			return;
		}
	}

	clear(): void {
		this.#values.clear();
	}
}
