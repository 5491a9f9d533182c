import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './source-files.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const page = read('docs/doctor.md');
const rows = [...page.matchAll(/^\| ([ra]\d+) \| (.+) \| (.+) \|$/gm)].map(([, key, , settled = '']) => ({
	key,
	settled,
}));

/** Lines that say what the word means, and headings, mark nothing. */
const marksIn = (text: string) =>
	text
		.split('\n')
		.filter((line) => !/UNVERIFIED(\*\*|`)? = |^## /.test(line))
		.flatMap((line) => [...line.matchAll(/UNVERIFIED(?:\[(\w+)\])?/g)].map(([, key]) => key ?? line.slice(0, 80)));

test.each([
	['railway', 'r'],
	['aws', 'a'],
])('each fact about %s that nobody has verified names what would, or why nothing does', (platform, letter) => {
	const marked = marksIn(read(`docs/platform-facts/${platform}.md`));
	expect(marked.length).toBeGreaterThan(20);
	expect(new Set(marked).size).toBe(marked.length);
	expect([...marked].sort()).toEqual(rows.flatMap(({ key }) => (key?.startsWith(letter) ? [key] : [])).sort());
});

test('what settles a fact is a check of doctor; where none does, it is said why', () => {
	const checks = new Set([...page.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, names = '']) => names.match(/[a-z-]+/g)));
	for (const { key, settled } of rows) {
		const [named] = settled.match(/`([a-z-]+)`/)?.slice(1) ?? [];
		if (/^No (read|check)/.test(settled)) continue;
		expect(checks, `${key}: ${settled}`).toContain(named);
	}
});
