import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'oxc-parser';
import { expect, test } from 'vitest';
import { citingFiles } from './citations.ts';
import { ROOT } from './source-files.ts';

/** A reader cannot tell whom they mean: the visitor, the janitor, the other deploy, the operator? */
const VAGUE = /\b(?:whoever|somebody|someone|nobody)\b/i;

/** `line: word` for each comment of the text that has such a word; strings and titles may have it. */
function vagueComments(path: string, text = readFileSync(join(ROOT, path), 'utf8')): string[] {
	if (!VAGUE.test(text)) return [];
	return parseSync(path, text).comments.flatMap(({ value, start }) => {
		const found = VAGUE.exec(value);
		// Two characters open a comment of either kind.
		return found ? [`${text.slice(0, start + 2 + found.index).split('\n').length}: ${found[0]}`] : [];
	});
}

test('each comment says who acts: the client, the janitor, the other deploy, and never whoever or nobody', () => {
	const sources = citingFiles().filter(
		(path) => /\.(?:ts|tsx|mjs)$/.test(path) && path !== 'test/repository/comment-words.test.ts',
	);
	expect(sources.flatMap((path) => vagueComments(path).map((word) => `${path}:${word}`))).toEqual([]);
});

test.each([
	['a line', 'one();\n// Nobody waits.\n', ['2: Nobody']],
	['a doc comment', '/**\n * Told\n * to whoever asks.\n */\nexport const a = 1;\n', ['3: whoever']],
	['a text for users', "const text = 'somebody // nobody';\n", []],
	['a name', 'const nobody = 1; // The janitor.\n', []],
])('%s', (_, text, found) => {
	expect(vagueComments('x.ts', text)).toEqual(found);
});
