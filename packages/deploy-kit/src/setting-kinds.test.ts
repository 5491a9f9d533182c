import { expect, it } from 'vitest';
import { digits, duration } from './setting-kinds.ts';

it.each([
	['0', 0],
	['90', 90],
	[90, 90],
	['90s', 90],
	['30m', 1_800],
	['1h', 3_600],
	['2d', 172_800],
])('a time may be written as %s', (written, seconds) => {
	expect(duration(written)).toBe(seconds);
});

it.each(['', 'h', '1w', '-1h', '1.5h', '1h30m', ' 1h', '12345678901'])('%j is no time', (written) => {
	expect(() => duration(written)).toThrow(`must be a time such as 90s, 30m, 1h or 2d, got '${written}'`);
});

it('a time too long to be written in seconds and read again is refused', () => {
	expect(duration('11574d')).toBe(999_993_600);
	expect(() => duration('99999d')).toThrow('must be at most 11574d');
});

it.each(['512', 512])('a number that is kept as text may be written as %j', (written) => {
	expect(digits(written)).toBe('512');
});

it.each(['', '0', '0512', '-1', '1.5', '5e2', 1.5, -1, 2 ** 80, true])('%j is no such number', (written) => {
	expect(() => digits(written)).toThrow(/^must be /);
});
