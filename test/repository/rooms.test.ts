import { describe, expect, test } from 'vitest';
import { type SourceFile, sourceFiles } from './source-files.ts';

const files = sourceFiles();

/** A package's folder with all below it, or a file beside the folders: `pulse-railway/stack`, `pulse-railway/protocol.ts`. */
const roomOf = (path: string) => path.replace(/^packages\/([^/]+)\/src\/([^/]+).*/, '$1/$2');

/** Which rooms each room needs at run time, lazily loaded ones included. */
function needs(scope: readonly SourceFile[]): Map<string, Set<string>> {
	const needed = new Map<string, Set<string>>();
	for (const { path, imports } of scope) {
		const room = roomOf(path);
		const others = needed.get(room) ?? new Set();
		needed.set(room, others);
		for (const { target, typeOnly } of imports) {
			if (target && !typeOnly && roomOf(target) !== room) others.add(roomOf(target));
		}
	}
	return needed;
}

function reached(from: string, needed: Map<string, Set<string>>, seen = new Set<string>()): Set<string> {
	for (const next of needed.get(from) ?? []) {
		if (seen.has(next)) continue;
		seen.add(next);
		reached(next, needed, seen);
	}
	return seen;
}

test('no two rooms need each other: what both need has a room of its own', () => {
	const needed = needs(files);
	const circles = [...needed].flatMap(([room, others]) =>
		[...others].filter((other) => reached(other, needed).has(room)).map((other) => `${room} → ${other}`),
	);
	expect(circles).toEqual([]);
});

describe('one meaning a word', () => {
	const places = new Map<string, string[]>();
	for (const { package: name, inner, exports } of files) {
		for (const word of new Set(exports))
			places.set(`${name} ${word}`, [...(places.get(`${name} ${word}`) ?? []), inner]);
	}
	const repeated = [...places].filter(([, inner]) => inner.length > 1);
	const isType = (word: string) => /^[\w-]+ [A-Z][a-z]/.test(word);

	test('no type has the name of another within its package', () => {
		const words = repeated.map(([word]) => word);
		expect(words.filter((word) => isType(word))).toEqual([]);
	});

	test('a verb is one act: `promote` may be a command, a step and a transition, and stands once in each folder', () => {
		const folder = (inner: string) => inner.replace(/[^/]*$/, '');
		const twice = repeated.filter(([word, inner]) => !isType(word) && new Set(inner.map(folder)).size < inner.length);
		expect(twice.map(([word, inner]) => `${word}: ${inner.join(', ')}`)).toEqual([]);
	});
});
