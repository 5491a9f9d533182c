import { accessSync, constants } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PATH = '/usr/bin/chromium';
const QUIET = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];

/** Why tests with a real browser cannot run here; `null` when they can. */
export function chromiumMissing(): string | null {
	try {
		accessSync(PATH, constants.X_OK);
		return null;
	} catch {
		return 'chromium not found: apt-get install chromium';
	}
}

export function launchChromium(): Promise<Browser> {
	const args = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', ...QUIET];
	return chromium.launch({ executablePath: PATH, args });
}
