import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commands as aws } from '../../packages/pulse-aws/src/cli/commands.ts';
import { commands as railway } from '../../packages/pulse-railway/src/cli/commands.ts';
import { DOCUMENTS, renderJsonPage } from './json-pages.ts';
import { ROOT } from './source-files.ts';

test('docs/json.md is what the commands return (else: npm run docs)', () => {
	expect(readFileSync(join(ROOT, 'docs/json.md'), 'utf8')).toBe(renderJsonPage());
});

test('the commands that show people or money are there, and none that is not', () => {
	const described = DOCUMENTS.flatMap(({ commands }) => commands);
	for (const verb of ['status', 'history', 'recall', 'drain', 'rollback', 'deploy'])
		for (const tool of ['pulse-railway', 'pulse-aws']) expect(described).toContain(`${tool} ${verb}`);
	const all = [...railway.map(({ name }) => `pulse-railway ${name}`), ...aws.map(({ name }) => `pulse-aws ${name}`)];
	expect(described.filter((command) => !all.includes(command))).toEqual([]);
});

test('a key of a list and of an object within it has its path', () => {
	const page = renderJsonPage();
	expect(page).toContain('| `deployments[].janitor.until` | `number \\| null` |');
	expect(page).toContain('| `entries[].made_of` | `string \\| null, may be absent` |');
});
