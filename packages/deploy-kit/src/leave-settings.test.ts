import { expect, test } from 'vitest';
import { drainWhen, leaveTerms, recallWhen } from './leave-settings.ts';
import { moment } from './moment.ts';

const NOW = Date.UTC(2026, 10, 28, 2, 4);
const recall = { now: false, cancel: false };

test('a recall is within ten minutes unless it says otherwise, and can be typed again', () => {
	expect(leaveTerms(recallWhen(recall), NOW)).toEqual({
		time: { withinSeconds: 600 },
		isUsual: true,
		timeText: 'within 10m',
		flag: '',
	});
	expect(leaveTerms(recallWhen({ ...recall, within: 90 }), NOW)).toMatchObject({
		isUsual: false,
		flag: '--within 90s',
	});
	expect(leaveTerms(recallWhen({ ...recall, now: true }), NOW)).toMatchObject({ time: 'now', flag: '--now' });
	expect(leaveTerms(recallWhen({ ...recall, cancel: true }), NOW)).toMatchObject({ time: 'back', flag: '--cancel' });
});

test('a drain says by when, once and for all', () => {
	const terms = leaveTerms(drainWhen({ by: moment('2h'), cancel: false }), NOW);
	expect(terms).toMatchObject({ time: { at: NOW + 7_200_000 }, flag: '--by 2026-11-28T04:04:00.000Z' });
	expect(terms.timeText).toMatch(/^by (\d{4}-\d\d-\d\d )?\d\d:\d\d \(.+\)$/);
	expect(() => drainWhen({ cancel: false })).toThrow('it is not said by when');
});

test('flags that exclude each other are refused', () => {
	expect(() => recallWhen({ within: 60, now: true, cancel: false })).toThrow('--within and --now exclude each other');
	expect(() => drainWhen({ by: moment('2h'), cancel: true })).toThrow('--by and --cancel exclude each other');
});
