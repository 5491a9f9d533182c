import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { wholeProjectFile } from './whole-project-file.ts';

let root: string;
beforeEach(async () => {
	root = await mkdtemp(join(tmpdir(), 'pulse-iac-'));
	for (const folder of ['.railway', 'app/web', 'app/.railway']) await mkdir(join(root, folder), { recursive: true });
});
afterEach(() => rm(root, { recursive: true }));

test.each(['railway.ts', 'railway.py', 'railway.go'])('a whole-project %s is found from below', async (name) => {
	expect(await wholeProjectFile(join(root, 'app/web'))).toBeNull();
	await writeFile(
		join(root, '.railway', name),
		'export default defineRailway(() => project("shop", []));\n// no partial = here',
	);
	expect(await wholeProjectFile(join(root, 'app/web'))).toBe(join(root, '.railway', name));
	expect(await wholeProjectFile(root)).toBe(join(root, '.railway', name));
});

test.each([
	['railway.ts', 'export const partial = "web";'],
	['railway.ts', 'export const partial: string = "web";'],
	['railway.py', 'from railway import project\nPARTIAL = "web"'],
	['railway.go', 'package main\n\nconst Partial = "web"'],
	['railway.go', 'package main\nvar Partial string = "web"'],
])('%s with %j leaves us alone', async (name, text) => {
	await writeFile(join(root, '.railway', name), text);
	expect(await wholeProjectFile(join(root, 'app'))).toBeNull();
});

test('the nearest one counts, as for railway config', async () => {
	await writeFile(join(root, '.railway/railway.ts'), 'export default 1');
	await writeFile(join(root, 'app/.railway/railway.ts'), 'export const partial = "web";');
	expect(await wholeProjectFile(join(root, 'app/web'))).toBeNull();
});
