import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { userIgnoreFile } from './git-repository.ts';

let home: string;

beforeEach(async () => {
	home = await mkdtemp(join(tmpdir(), 'pulse-home-'));
});
afterEach(() => rm(home, { recursive: true }));

test("the user's ignore file is where Git looks for it", async () => {
	expect(await userIgnoreFile(home, undefined)).toBe(join(home, '.config/git/ignore'));
	expect(await userIgnoreFile(home, join(home, 'xdg'))).toBe(join(home, 'xdg/git/ignore'));
	await mkdir(join(home, 'xdg/git'), { recursive: true });
	await writeFile(join(home, 'xdg/git/config'), '[core]\n\texcludesFile = /etc/ignore\n');
	expect(await userIgnoreFile(home, join(home, 'xdg'))).toBe('/etc/ignore');
	await writeFile(join(home, '.gitconfig'), '[user]\n\tname = x\n[core]\n\texcludesfile = "~/my ignore"\n');
	expect(await userIgnoreFile(home, join(home, 'xdg'))).toBe(join(home, 'my ignore'));
});
