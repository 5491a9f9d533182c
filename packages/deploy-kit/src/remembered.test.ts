import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readRemembered, writeRemembered } from './remembered.ts';

let folder: string;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'remembered-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('what is written is read again, stands readable in a diff, and leaves nothing beside it', async () => {
	expect(await readRemembered(folder, 'railway.json')).toBeUndefined();
	await writeRemembered(folder, 'railway.json', { project: { id: 'p', name: 'shop' } });
	expect(await readRemembered(folder, 'railway.json')).toEqual({ project: { id: 'p', name: 'shop' } });
	expect(await readFile(join(folder, '.pulse/railway.json'), 'utf8')).toMatch(/^\{\n\t"project": \{\n/);
	expect(await readdir(join(folder, '.pulse'))).toEqual(['railway.json']);
});

it.each(['<<<<<<< ours', '[]', '"shop"', ''])(
	'a damaged file is an error, never a silent nothing: %j',
	async (text) => {
		await mkdir(join(folder, '.pulse'));
		await writeFile(join(folder, '.pulse/railway.json'), text);
		await expect(readRemembered(folder, 'railway.json')).rejects.toThrow('.pulse/railway.json cannot be read');
	},
);
