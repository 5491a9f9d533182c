import { expect, test } from 'vitest';
import { parseResting, restingText } from './resting.ts';

const at = Date.parse('2026-04-02T12:00:00.000Z');

test.each([
	{ woken: false, at, of: 'd0c9-1' },
	{ woken: true, at, of: null },
])('what is written of a kept deployment is read again: %o', (resting) => {
	expect(parseResting(restingText(resting))).toEqual(resting);
});

test.each([undefined, null, '', 'no', 'rests since then', 'sleeps since 2026-04-02T12:00:00Z'])(
	'%j says nothing',
	(text) => expect(parseResting(text)).toBeUndefined(),
);
