import { expect, test } from 'vitest';
import { minutesToAsk, ratesOf } from './rates.ts';

const NONE = new Map<number, number>();

test('the newest minute in which any version had a request counts for all of them', () => {
	const rates = ratesOf(
		new Map([
			['one', { requests: new Map([[60_000, 600]]), failures: new Map([[60_000, 6]]) }],
			[
				'two',
				{
					requests: new Map([
						[60_000, 30],
						[120_000, 90],
					]),
					failures: new Map([[120_000, 3]]),
				},
			],
		]),
	);
	expect(rates.at).toBe(180_000);
	expect([...rates.of]).toEqual([
		['one', { requests: 0, failures: 0 }],
		['two', { requests: 1.5, failures: 0.1 }],
	]);
});

test('without a request there is no minute to speak of', () => {
	expect(ratesOf(new Map([['one', { requests: NONE, failures: NONE }]]))).toEqual({
		at: null,
		of: new Map([['one', { requests: 0, failures: 0 }]]),
	});
});

test('a minute is asked about once it has been over for a minute', () => {
	expect(minutesToAsk(600_000 + 59_999)).toEqual({ from: 180_000, to: 540_000 });
});
