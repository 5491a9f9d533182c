import { describe, expect, test } from 'vitest';
import { CONTRACT } from './contract-rules.ts';
import { testTitles } from './test-titles.ts';

const named = new Set(testTitles().flatMap((title) => title.match(/\b[A-Z]\d+\.\d+\b/g) ?? []));

describe.each(Object.entries(CONTRACT))('the rules %s of the contract', (section, { rules, superseded = {} }) => {
	const numbers = Array.from({ length: rules }, (_, index) => index + 1);

	test('are each named by the test that holds them, or superseded', () => {
		expect(
			numbers
				.filter((number) => !(number in superseded) && !named.has(`${section}.${number}`))
				.map((n) => `${section}.${n}`),
		).toEqual([]);
	});

	test('are named rightly: no title names one that does not exist', () => {
		const strange = [...named].filter(
			(rule) => rule.startsWith(`${section}.`) && !numbers.includes(Number(rule.split('.')[1])),
		);
		expect(strange).toEqual([]);
	});
});
