import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './source-files.ts';

const DOCUMENTS = [
	'README.md',
	'CONTRIBUTING.md',
	...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`),
].filter((path) => path.endsWith('.md') && existsSync(join(ROOT, path)));

/** Paths of the repository that a document names: whole ones, and in the trees of flows.md those below the last package `src`. */
function namedPaths(text: string): string[] {
	const paths = new Set<string>();
	let base = '';
	for (const line of text.split('\n')) {
		for (const [path] of line.matchAll(/\b(?:packages|examples|test|bench|docs)\/[\w./-]*[\w/]/g)) {
			paths.add(path);
			const src = /^packages\/[\w-]+\/src\//.exec(path);
			if (src) base = src[0];
		}
		const inner = /^ {2,}([a-z][\w/-]*(?:\/|\.ts))(?: |$)/.exec(line)?.[1];
		if (inner && base) paths.add(base + inner);
	}
	return [...paths];
}

test.each(DOCUMENTS)('every path that %s names exists', (document) => {
	const missing = namedPaths(readFileSync(join(ROOT, document), 'utf8')).filter(
		(path) => !existsSync(join(ROOT, path)),
	);
	expect(missing).toEqual([]);
});

test('every script that a document tells to run is defined', () => {
	const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
		scripts: Record<string, string>;
	};
	const missing = DOCUMENTS.flatMap((document) =>
		[...readFileSync(join(ROOT, document), 'utf8').matchAll(/npm run ([\w:]+)/g)]
			.filter(([, name]) => name && !(name in scripts))
			.map(([call]) => `${document}: ${call}`),
	);
	expect(missing).toEqual([]);
});
