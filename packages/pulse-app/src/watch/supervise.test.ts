import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { supervise } from './supervise.ts';

test('an app that cannot be started is said, and tried again at the next change', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'supervise-'));
	const file = join(folder, 'app.ts');
	writeFileSync(file, '');
	const said: string[] = [];
	const app = supervise([join(folder, 'node')], [file], (text) => said.push(text));
	await expect.poll(() => said).toEqual([expect.stringMatching(/^The app could not be started: .*ENOENT; waiting/)]);
	writeFileSync(file, 'changed');
	await expect.poll(() => said.length).toBe(3);
	app.stop();
	await app.done;
	rmSync(folder, { recursive: true });
});
