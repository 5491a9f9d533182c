/**
 * The format of the Pulse browser client: `[[refs, dates, sets, maps], payload]`. Every node of the payload has an index,
 * counted in pre-order; the four lists name the nodes that JSON cannot express. A node listed in `refs` holds the index of
 * the first occurrence of the same object, so shared objects and cycles survive.
 */
export type Serialized = readonly [readonly [number[], number[], number[], number[]], unknown];

/** Of one message of a browser, as JSON; a longer one would end its connection. */
export const MAX_MESSAGE_BYTES = 1_000_000;

/** Dates that were read as `YYYY-MM-DD` are written that way again. */
const calendarDates = new WeakSet<Date>();

/** Throws `TypeError` for infinities, invalid dates, functions, symbols, bigints and Maps whose keys are not strings. */
export function serialize(value: unknown): Serialized {
	const [refs, dates, sets, maps]: [number[], number[], number[], number[]] = [[], [], [], []];
	const seen = new Map<object, number>();
	let count = 0;

	const encode = (node: unknown): unknown => {
		const index = count++;
		if (node === null || node === undefined) return null;
		if (typeof node === 'string' || typeof node === 'boolean') return node;
		if (typeof node === 'number') return encodeNumber(node);
		if (typeof node !== 'object') throw new TypeError(`cannot serialise a ${typeof node}`);

		const first = seen.get(node);
		if (first !== undefined) {
			refs.push(index);
			return first;
		}
		seen.set(node, index);
		if (node instanceof Date) {
			if (Number.isNaN(node.getTime())) throw new TypeError('cannot serialise an invalid date');
			dates.push(index);
			return calendarDates.has(node) ? node.toISOString().slice(0, 10) : node.toISOString();
		}
		if (node instanceof Set) {
			sets.push(index);
			return [...node].map(encode);
		}
		if (node instanceof Map) {
			maps.push(index);
			if ([...node.keys()].some((key) => typeof key !== 'string')) {
				throw new TypeError('cannot serialise a Map whose keys are not strings');
			}
			// In the order in which the object that carries them will be read: keys that look like numbers come first.
			return encodeEntries(Object.entries(Object.fromEntries(node)));
		}
		// A hole in an array has an index too, which `map` would leave out.
		return Array.isArray(node) ? Array.from(node, encode) : encodeEntries(Object.entries(node));
	};

	const encodeEntries = (entries: [string, unknown][]): object => {
		const object: Record<string, unknown> = {};
		for (const [key, entry] of entries) {
			if (entry !== undefined) define(object, key, encode(entry));
		}
		return object;
	};

	const payload = encode(value);
	return [[refs, dates, sets, maps], payload];
}

/** The inverse of {@link serialize}. Throws `TypeError` for anything else than its output. */
export function deserialize(wire: unknown): unknown {
	if (!Array.isArray(wire) || !Array.isArray(wire[0]) || wire[0].length < 4) throw new TypeError('not a Pulse payload');
	const [refs, dates, sets, maps] = wire[0].map((list) => new Set<unknown>(list)) as [
		Set<unknown>,
		Set<unknown>,
		Set<unknown>,
		Set<unknown>,
	];
	// By index. A message of a hostile client may have half a million nodes, so that what each costs is what it can do to us.
	const objects: (object | null)[] = [];
	const isPlain = refs.size + dates.size + sets.size + maps.size === 0;

	const decode = (node: unknown): unknown => {
		const index = objects.push(null) - 1;
		if (!isPlain) {
			if (refs.has(index)) {
				const target = typeof node === 'number' ? objects[node] : null;
				if (target == null) throw new TypeError('dangling reference in a Pulse payload');
				return target;
			}
			if (dates.has(index)) return keep(index, decodeDate(node));
		}
		if (typeof node !== 'object' || node === null) return node;
		if (!isPlain && sets.has(index)) {
			const result = keep(index, new Set<unknown>());
			for (const item of node as unknown[]) result.add(decode(item));
			return result;
		}
		if (!isPlain && maps.has(index)) {
			const result = keep(index, new Map<string, unknown>());
			for (const [key, entry] of Object.entries(node)) result.set(key, decode(entry));
			return result;
		}
		if (Array.isArray(node)) {
			const result: unknown[] = keep(index, []);
			for (const item of node) result.push(decode(item));
			return result;
		}
		const result: Record<string, unknown> = keep(index, {});
		for (const [key, entry] of Object.entries(node)) define(result, key, decode(entry));
		return result;
	};
	const keep = <T extends object>(index: number, object: T): T => {
		objects[index] = object;
		return object;
	};
	return decode(wire[1]);
}

function encodeNumber(value: number): number | null {
	if (Number.isNaN(value)) return null;
	if (!Number.isFinite(value)) throw new TypeError('cannot serialise an infinite number');
	return value;
}

function decodeDate(text: unknown): Date {
	const date = new Date(typeof text === 'string' ? text : Number.NaN);
	if (Number.isNaN(date.getTime())) throw new TypeError('invalid date in a Pulse payload');
	if ((text as string).length === 10) calendarDates.add(date);
	return date;
}

/** Plain assignment would let a `__proto__` key of a client replace the prototype. */
function define(object: Record<string, unknown>, key: string, value: unknown): void {
	if (key !== '__proto__') object[key] = value;
	else Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}
