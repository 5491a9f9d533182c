import { expect, test } from 'vitest';
import { KeptReading } from './kept-reading.ts';

test('what is old is told while it is read again, and what nobody asked for in a long time is not told any more', async () => {
	let value = 0;
	const remembered = new KeptReading<number>(60_000);
	const at = (now: number) => remembered.read(now, async () => ++value);
	expect([await at(0), await at(59_999), await at(60_000), await at(61_000)]).toEqual([1, 1, 1, 2]);
	// The page was closed for an hour.
	expect(await at(3_661_000)).toBe(3);
});
