import { expect, test } from 'vitest';
import { moment, momentText } from './moment.ts';

/** At this machine's wall clock, wherever it stands. */
const at = (hours: number, minutes = 0, day = 28) => new Date(2026, 10, day, hours, minutes).getTime();
const NOON = at(12);

test.each([
	['18:00', at(18)],
	['9:30', at(9, 30, 29)],
	['12:00', at(12, 0, 29)],
	['2h', NOON + 7_200_000],
	['in 30m', NOON + 1_800_000],
	['in 1d', NOON + 86_400_000],
	['2026-11-28T18:00', at(18)],
	['2026-11-28 18:00:30', at(18) + 30_000],
	['2026-11-28T18:00Z', Date.UTC(2026, 10, 28, 18)],
	['2026-11-28T18:00+05:30', Date.UTC(2026, 10, 28, 12, 30)],
])('%s is understood; a time of day that is past means tomorrow', (typed, expected) => {
	expect(moment(typed).at(Math.min(NOON, expected - 1))).toBe(expected);
});

test.each(['', '25:00', '18:60', 'soon', '2026-11-31T18:00Z', '2026-11-28', '-2h', 'in', '2w', 5])(
	'%j is no time',
	(typed) => {
		expect(() => moment(typed)).toThrow('must be a time such as 18:00');
	},
);

test('a date that is past is refused, with what time it is', () => {
	expect(() => moment('2026-11-28T11:59').at(NOON)).toThrow(/2026-11-28T11:59 is past: it is 12:00 \(/);
});

test('a time is told with its zone, and with its day where that is another one', () => {
	const summer = Date.UTC(2026, 6, 1, 16);
	expect(momentText(summer, summer - 3_600_000, 'Europe/Paris')).toBe('18:00 (Europe/Paris)');
	expect(momentText(summer, summer - 86_400_000, 'Europe/Paris')).toBe('2026-07-01 18:00 (Europe/Paris)');
	expect(momentText(summer, summer, 'Asia/Kolkata')).toBe('21:30 (Asia/Kolkata)');
});
