import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { sweepArchives } from './sweep-archives.ts';

test('a killed deploy leaves its archive for a day; files of others are never touched', async () => {
	const directory = await mkdtemp(join(tmpdir(), 'pulse-sweep-'));
	onTestFinished(() => rm(directory, { recursive: true }));
	const now = Date.now();
	const yesterday = new Date(now - 25 * 3_600_000);
	for (const name of ['pulse-source-old', 'pulse-source-new', 'elsewhere']) await mkdir(join(directory, name));
	await writeFile(join(directory, 'pulse-source-old', 'source.tgz'), 'x');
	await symlink(join(directory, 'elsewhere'), join(directory, 'pulse-source-link'));
	for (const name of ['pulse-source-old', 'elsewhere']) await utimes(join(directory, name), yesterday, yesterday);
	await sweepArchives(now, directory);
	expect((await readdir(directory)).sort()).toEqual(['elsewhere', 'pulse-source-link', 'pulse-source-new']);
});

test('a temporary directory that cannot be read stops nobody', async () => {
	await expect(sweepArchives(Date.now(), '/nowhere/at/all')).resolves.toBeUndefined();
});
