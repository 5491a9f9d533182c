import { expect, it } from 'vitest';
import { Spellings } from './spellings.ts';

it('a name is judged once, also after one client made up more names than are kept', () => {
	const judged: string[] = [];
	const spellings = new Spellings((lower) => {
		judged.push(lower);
		return lower.length;
	});
	for (let i = 0; i < 2_000; i++) spellings.of(`X-Made-Up-${i}`);
	judged.length = 0;
	for (let i = 0; i < 3; i++) expect(spellings.of('Accept')).toBe(6);
	expect(judged).toEqual(['accept']);
});

it('a name that is too long is judged each time, and not kept', () => {
	let judged = 0;
	const spellings = new Spellings(() => ++judged);
	const name = `X-${'a'.repeat(40)}`;
	expect([spellings.of(name), spellings.of(name)]).toEqual([1, 2]);
});
