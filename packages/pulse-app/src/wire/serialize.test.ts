import { describe, expect, it } from 'vitest';
import { deserialize, serialize } from './serialize.ts';

const throughJson = (value: unknown) => deserialize(JSON.parse(JSON.stringify(serialize(value))));

describe('the wire format', () => {
	it('lists a shared object once and refers to its first index after that', () => {
		const shared = { a: 1 };
		expect(serialize({ x: shared, y: shared })).toEqual([[[3], [], [], []], { x: { a: 1 }, y: 1 }]);
		const back = throughJson({ x: shared, y: shared }) as { x: object; y: object };
		expect(back.x).toBe(back.y);
	});

	it('writes a reload as the existing browser client expects it', () => {
		expect(JSON.stringify(serialize({ type: 'reload' }))).toBe('[[[],[],[],[]],{"type":"reload"}]');
		expect(JSON.stringify(serialize({}))).toBe('[[[],[],[],[]],{}]');
	});

	it('keeps dates, sets, maps and cycles', () => {
		const value: Record<string, unknown> = {
			at: new Date('2026-04-02T12:00:00.123Z'),
			tags: new Set(['a', { b: 1 }]),
			byName: new Map<string, unknown>([['one', [1, null, true]]]),
		};
		value.self = value;
		const back = throughJson(value) as typeof value;
		expect(back.at).toEqual(value.at);
		expect(back.tags).toEqual(value.tags);
		expect(back.byName).toEqual(value.byName);
		expect(back.self).toBe(back);
		expect(serialize(new Date('2026-04-02T12:00:00.123Z'))).toEqual([[[], [0], [], []], '2026-04-02T12:00:00.123Z']);
	});

	it('writes a calendar date the way it was read', () => {
		const wire = [[[], [1], [], []], { born: '2001-02-03' }];
		expect(serialize(deserialize(wire))).toEqual(wire);
	});

	it('turns NaN into null and refuses infinity', () => {
		expect(serialize([Number.NaN])[1]).toEqual([null]);
		expect(() => serialize({ a: Number.POSITIVE_INFINITY })).toThrow(/infinite/);
	});

	it('counts the holes of an array, and refuses a date that is none', () => {
		const sparse = [1, new Date(0)];
		sparse[3] = new Date(1);
		delete sparse[0];
		expect(throughJson(sparse)).toEqual([null, new Date(0), null, new Date(1)]);
		expect(() => serialize({ at: new Date(Number.NaN) })).toThrow(TypeError);
	});

	it('gives a __proto__ key of a client no power', () => {
		const back = deserialize([[[], [], [], []], JSON.parse('{"__proto__":{"admin":true}}')]) as Record<string, unknown>;
		expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
		expect(({} as Record<string, unknown>).admin).toBeUndefined();
	});

	it.each([[null], ['text'], [[1, 2]], [[[[], []], 1]]])('refuses %j', (wire) => {
		expect(() => deserialize(wire)).toThrow(TypeError);
	});

	it.each(['length', 'push', '__proto__', -1, 1.5, null])('refuses a reference to %j', (target) => {
		expect(() => deserialize([[[1], [], [], []], { a: target }])).toThrow(/dangling/);
	});

	it('refuses a reference to nothing', () => {
		expect(() => deserialize([[[1], [], [], []], { a: 7 }])).toThrow(/dangling/);
	});

	it('finds its kinds again under keys that look like numbers', () => {
		const value = new Map<string, unknown>([
			['b', new Set([1])],
			['1', new Date(0)],
		]);
		expect(deserialize(JSON.parse(JSON.stringify(serialize(value))))).toEqual(value);
	});
});
