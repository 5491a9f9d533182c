import { expect, onTestFinished, test, vi } from 'vitest';
import { temporaryFolder } from './temporary-folder.ts';

test('a folder for temporary files that is not there is the user’s to mend, and no defect', async () => {
	vi.stubEnv('TMPDIR', '/not/there');
	onTestFinished(() => void vi.unstubAllEnvs());
	await expect(temporaryFolder('x-')).rejects.toMatchObject({
		code: 'temporary-folder',
		message: expect.stringMatching(/^Cannot make a temporary folder: ENOENT/),
		next: expect.stringMatching(/^Make sure that \/not\/there is there.* TMPDIR/),
	});
});
