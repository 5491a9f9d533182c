import { expect, test } from 'vitest';
import { type Departure, departureText, laterWord, parseDeparture, secondsUntil } from './departure.ts';

const recalled: Departure = { by: 1_700_000_600_000, recalled: true, saidAt: 1_700_000_000_000 };

test.each([
	['a recall', recalled],
	['a drain', { ...recalled, recalled: false }],
	['what was taken back', { by: null, recalled: false, saidAt: 5 }],
])('%s reads back as it was written', (_, departure) => {
	expect(parseDeparture(departureText(departure))).toEqual(departure);
});

test.each(['', 'recalled', 'recalled by then said now', 'stays', null, undefined])(
	'%j is no word about a version',
	(text) => {
		expect(parseDeparture(text)).toBeUndefined();
	},
);

test('of two words the later one counts, also one that takes it back', () => {
	const back: Departure = { by: null, recalled: false, saidAt: recalled.saidAt + 1 };
	expect(laterWord(recalled, back)).toBe(back);
	expect(laterWord(back, recalled)).toBe(back);
	expect(laterWord(undefined, recalled)).toBe(recalled);
	expect(laterWord(recalled, undefined)).toBe(recalled);
});

test('pages are told whole seconds, none once the time is over', () => {
	expect([secondsUntil(10_500, 0), secondsUntil(500, 0), secondsUntil(0, 1)]).toEqual([11, 1, 0]);
});
