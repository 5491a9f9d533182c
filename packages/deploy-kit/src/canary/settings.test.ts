import { describe, expect, it } from 'vitest';
import { spanText } from '../moment.ts';
import { canaryTerms, termsText } from './settings.ts';
import { parseShares, shareText } from './share.ts';

describe('a share of visitors', () => {
	it.each([
		['5%', 500],
		[' 0.5 % ', 50],
		['12.25%', 1_225],
		['100%', 10_000],
	])('%s', (written, share) => {
		expect(parseShares(written)).toEqual([share]);
	});

	it.each(['5', '0%', '0.00%', '101%', '-5%', '5.555%', '%', 'half'])('%s is none', (written) => {
		expect(() => parseShares(written)).toThrow('must be a share such as 5% or 0.5%, at most 100%');
	});

	it('is shown as it is read', () => {
		expect([500, 50, 1_225, 10_000].map(shareText)).toEqual(['5 %', '0.5 %', '12.25 %', '100 %']);
	});

	it('only grows from step to step', () => {
		expect(parseShares('5%, 25%,100%')).toEqual([500, 2_500, 10_000]);
		expect(parseShares(['5%', '25%'])).toEqual([500, 2_500]);
		expect(() => parseShares('5%,5%')).toThrow('must grow from step to step');
		expect(() => parseShares('25%,5%')).toThrow('must grow from step to step');
	});
});

describe('a schedule', () => {
	it('is one share, or several with a time between them', () => {
		expect(canaryTerms('--canary', undefined, undefined)).toBeUndefined();
		expect(canaryTerms('--canary', [500], undefined)).toEqual({ share: 500, next: [], everyMs: null });
		expect(canaryTerms('--canary', [500, 10_000], 600)).toEqual({ share: 500, next: [10_000], everyMs: 600_000 });
		expect(termsText({ share: 500, next: [2_500, 10_000], everyMs: 600_000 }, spanText)).toBe(
			'5 % of new visitors, then 25 %, then 100 %; each for 10m at least',
		);
	});

	it('without a time, a time without one, and a canary for everybody are refused, with what to type', () => {
		expect(() => canaryTerms('--canary', [500, 10_000], undefined)).toThrow('several shares need a time between them');
		expect(() => canaryTerms('--canary', [500], 600)).toThrow('--every is for several shares');
		expect(() => canaryTerms('--to', undefined, 600)).toThrow('--every is for several shares');
		expect(() => canaryTerms('--canary', [500, 10_000], 9)).toThrow('--every must be at least 10s');
		expect(() => canaryTerms('--canary', [10_000], undefined)).toThrow('a canary of 100 % is no canary');
	});
});
