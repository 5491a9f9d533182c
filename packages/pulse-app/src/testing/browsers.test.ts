import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findChromium } from './chromium.ts';
import { findFirefox } from './firefox.ts';

function folderWith(...names: string[]): string {
	const folder = mkdtempSync(join(tmpdir(), 'pulse-chromium-'));
	onTestFinished(() => rmSync(folder, { recursive: true }));
	for (const name of names) {
		writeFileSync(join(folder, name), '');
		chmodSync(join(folder, name), 0o755);
	}
	return folder;
}

describe('the browsers of the tests', () => {
	it.each(['chromium', 'chromium-browser', 'google-chrome'])('are found as %s', (name) => {
		const folder = folderWith(name);
		expect(findChromium({ PATH: `/nowhere:${folder}` })).toBe(join(folder, name));
	});

	it.each(['firefox-esr', 'firefox'])('are found as %s', (name) => {
		const folder = folderWith(name);
		expect(findFirefox({ PATH: `/nowhere:${folder}` })).toBe(join(folder, name));
	});

	it('is the Firefox that FIREFOX_PATH names, or none', () => {
		const folder = folderWith('firefox', 'mine');
		expect(findFirefox({ PATH: folder, FIREFOX_PATH: join(folder, 'mine') })).toBe(join(folder, 'mine'));
		expect(findFirefox({ PATH: folder, FIREFOX_PATH: join(folder, 'missing') })).toBeNull();
	});

	it('is the Chromium that CHROMIUM_PATH names, or none', () => {
		const [folder, other] = [folderWith('chromium'), folderWith('mine')];
		expect(findChromium({ PATH: folder, CHROMIUM_PATH: join(other, 'mine') })).toBe(join(other, 'mine'));
		expect(findChromium({ PATH: folder, CHROMIUM_PATH: join(other, 'missing') })).toBeNull();
	});
});
