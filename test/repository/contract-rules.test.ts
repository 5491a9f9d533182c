import { expect, test } from 'vitest';
import { CONTRACT } from './contract.ts';
import { testTitles } from './test-titles.ts';

const named = new Set(testTitles().flatMap((title) => title.match(/\b[A-Z]\d+\.\d+\b/g) ?? []));

/** R12 says what a later revision improved, and P1 what browsers rely on: whole suites hold them, rather than one test a rule. */
const held = [...CONTRACT].filter(([section]) => section !== 'R12' && section !== 'P1');

test('the sections of the contract are read', () => {
	expect(held.map(([section]) => section).join(' ')).toBe(
		`${Array.from({ length: 11 }, (_, i) => `R${i + 1}`).join(' ')} ${Array.from({ length: 17 }, (_, i) => `A${i + 1}`).join(' ')} C1`,
	);
});

test.each(held)('every rule of %s that is not superseded is named by the title of a test', (section, { rules }) => {
	const missing = [...rules].filter(([number, { superseded }]) => !superseded && !named.has(`${section}.${number}`));
	expect(missing.map(([number]) => `${section}.${number}`)).toEqual([]);
	expect([...rules.keys()]).toEqual(Array.from(rules, (_, index) => index + 1));
});
