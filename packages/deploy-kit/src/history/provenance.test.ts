import { expect, test } from 'vitest';
import { boundedProvenance, withProvenance } from './provenance.ts';

test('what was told when a version was deployed stands beside all that happens to it, until it is deployed anew', () => {
	const told = withProvenance([
		{ id: 'one', event: 'canary', message: 'fix the cart', commit: '1a2b3c' },
		{ id: 'two', event: 'activated', commit: null },
		{ id: 'one', event: 'activated' },
		{ id: 'one', event: 'activated', commit: '4d5e6f' },
		{ id: 'one', event: 'deleted' },
	]);
	expect(told.map(({ id, message, commit }) => [id, message, commit])).toEqual([
		['one', 'fix the cart', '1a2b3c'],
		['two', undefined, null],
		['one', 'fix the cart', '1a2b3c'],
		['one', undefined, '4d5e6f'],
		['one', undefined, '4d5e6f'],
	]);
});

test('texts are cut to what a history keeps, not within a character, and empty ones are left out', () => {
	const made = boundedProvenance({ image: 'i'.repeat(300), commit: '', message: `${'a'.repeat(239)}😀` });
	expect(made).toEqual({ image: 'i'.repeat(200), message: 'a'.repeat(239) });
});
