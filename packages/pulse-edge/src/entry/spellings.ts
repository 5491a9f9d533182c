import { Recent } from '../forward/recent.ts';

/** More than all browsers and edges together write. */
const MOST = 512;
const LONGEST = 40;

/**
 * What is known of a header by its name, found by the name as it is written: a client writes the same one in the same way
 * each time, and to put every name into lower case first costs more than all the looking up. Bounded, because clients choose them.
 */
export class Spellings<Value> {
	readonly #judge: (lower: string) => Value;
	readonly #known = new Recent<Value>(MOST);

	constructor(judge: (lower: string) => Value) {
		this.#judge = judge;
	}

	of(name: string): Value {
		const known = this.#known.get(name);
		if (known !== undefined) return known;
		const value = this.#judge(name.toLowerCase());
		// Kept as a copy: what was cut from a head keeps all of it.
		if (name.length <= LONGEST) this.#known.set(Buffer.from(name, 'latin1').toString('latin1'), value);
		return value;
	}
}
