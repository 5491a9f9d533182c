import { access, chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { commitOf } from './commit.ts';

test('git on a folder that does not answer ends with the command that Ctrl-C ends', async () => {
	const folder = await mkdtemp(join(tmpdir(), 'pulse-git-'));
	try {
		const [git, asked] = [join(folder, 'git'), join(folder, 'asked')];
		await writeFile(git, `#!/bin/sh\ntouch ${asked}\nexec sleep 60\n`);
		await chmod(git, 0o700);
		const command = new AbortController();
		const commit = commitOf(folder, { PATH: `${folder}:${process.env.PATH}` }, command.signal);
		const ended = expect(commit).rejects.toThrow('Ctrl-C');
		await vi.waitFor(() => access(asked), { timeout: 10_000 });
		command.abort(new Error('Ctrl-C'));
		await ended;
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
});
