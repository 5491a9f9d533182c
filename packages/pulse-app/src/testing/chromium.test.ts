import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findChromium } from './chromium.ts';

function folderWith(...names: string[]): string {
	const folder = mkdtempSync(join(tmpdir(), 'pulse-chromium-'));
	onTestFinished(() => rmSync(folder, { recursive: true }));
	for (const name of names) {
		writeFileSync(join(folder, name), '');
		chmodSync(join(folder, name), 0o755);
	}
	return folder;
}

describe('the browser of the tests', () => {
	it.each(['chromium', 'chromium-browser', 'google-chrome'])('is found as %s', (name) => {
		const folder = folderWith(name);
		expect(findChromium({ PATH: `/nowhere:${folder}` })).toBe(join(folder, name));
	});

	it('is the one that CHROMIUM_PATH names, or none', () => {
		const [folder, other] = [folderWith('chromium'), folderWith('mine')];
		expect(findChromium({ PATH: folder, CHROMIUM_PATH: join(other, 'mine') })).toBe(join(other, 'mine'));
		expect(findChromium({ PATH: folder, CHROMIUM_PATH: join(other, 'missing') })).toBeNull();
	});
});
