import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordingHost } from 'pulse-deploy-kit/recording-host';
import { expect, it } from 'vitest';
import type { Platform } from '../platform/port.ts';
import { warnOfFile, warnOfOwner } from './warn-of-infrastructure.ts';

it('warns of what would delete the deployments, by its file and by its environment', async () => {
	const root = await mkdtemp(join(tmpdir(), 'pulse-iac-'));
	try {
		const host = recordingHost();
		await warnOfFile(host, root);
		expect(host.messages).toEqual([]);
		await mkdir(join(root, '.railway'));
		await writeFile(join(root, '.railway/railway.ts'), 'export default 1');
		await warnOfFile(host, join(root));
		expect(host.text()).toContain(`${root}/.railway/railway.ts stands for the whole project`);
	} finally {
		await rm(root, { recursive: true });
	}
	for (const owned of [true, false]) {
		const host = recordingHost();
		const platform = { isWholeProject: async () => owned } as unknown as Platform;
		await warnOfOwner(host, platform, new AbortController().signal);
		expect(host.messages.map(({ level }) => level)).toEqual(owned ? ['warning'] : []);
	}
});
