import { describe, expect, it } from 'vitest';
import { scheduleReload } from './reload-schedule.ts';

/** The most that are told in any second. */
function most(offsets: readonly number[]): number {
	return Math.max(0, ...offsets.map((from, turn) => offsets.slice(turn).filter((at) => at < from + 1000).length));
}

const chances = { none: () => 0, all: () => 0.999_999, any: Math.random };

describe('turns to load anew (P1.5)', () => {
	it.each([1, 2, 4, 5, 7, 9, 10, 14, 50, 499, 500, 2_003])(
		'of %i pages are a fifth in any second at most, or one, and over within twelve seconds',
		(count) => {
			for (const random of Object.values(chances)) {
				const { offsets, overInMs } = scheduleReload(count, { within: 0 }, random);
				expect(offsets).toHaveLength(count);
				expect(most(offsets)).toBeLessThanOrEqual(Math.max(1, Math.floor(count / 5)));
				expect(offsets.at(-1)).toBeLessThanOrEqual(overInMs);
				expect(overInMs).toBeLessThan(12_000);
			}
		},
	);

	it('leave each page the same time from its own turn on, so that those who wait to the end do not load at once either', () => {
		const { offsets, within, overInMs } = scheduleReload(500, { within: 600 }, Math.random);
		expect(overInMs).toBe(600_000);
		expect((offsets.at(-1) ?? 0) + within * 1000).toBeLessThanOrEqual(overInMs);
		expect(within).toBeGreaterThan(590);
		expect(scheduleReload(1, { within: 600 }, Math.random)).toEqual({ offsets: [0], within: 600, overInMs: 600_000 });
		expect(scheduleReload(500, { within: 3 }, Math.random).within).toBe(0);
	});

	it('are all within a second, without time, for a caller that names none: it goes on a second later', () => {
		for (const count of [1, 3, 500]) {
			const { offsets, within, overInMs } = scheduleReload(count, { within: null }, chances.all);
			expect(within).toBe(0);
			expect(offsets.at(-1)).toBeLessThan(overInMs + 1);
			expect(overInMs).toBeLessThan(1000);
		}
		const halves = scheduleReload(500, { within: null }, Math.random).offsets.filter((at) => at < 400);
		expect(halves.length).toBeLessThan(260);
	});

	it('are quicker where there is less time than they need, and all at once where there is none', () => {
		const { offsets, overInMs } = scheduleReload(9, { within: 0, limitMs: 4_000 }, chances.all);
		expect(offsets.at(-1)).toBeLessThanOrEqual(4_000);
		expect(overInMs).toBe(4_000);
		expect(new Set(scheduleReload(9, { within: 0, limitMs: 0 }, Math.random).offsets)).toEqual(new Set([0]));
		expect(scheduleReload(0, { within: 0 }, Math.random)).toEqual({ offsets: [], within: 0, overInMs: 0 });
	});
});
