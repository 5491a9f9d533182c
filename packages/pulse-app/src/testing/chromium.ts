import type { Browser } from 'playwright-core';
import { type Env, findExecutable } from './executables.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MACOS = ['Google Chrome', 'Chromium'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);
const QUIET = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];

/** Why tests with a real browser cannot run here; `null` when they can. */
export function chromiumMissing(): string | null {
	return findChromium() === null ? 'chromium not found: apt-get install chromium, or set CHROMIUM_PATH' : null;
}

/** `flags`: besides the usual ones. */
export async function launchChromium(
	flags: readonly string[] = [],
	ignoreDefaultArgs: string[] = [],
): Promise<Browser> {
	const { chromium } = await import('playwright-core');
	const args = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', ...QUIET, ...flags];
	return chromium.launch({ executablePath: findChromium() ?? 'chromium', args, ignoreDefaultArgs });
}

/** `CHROMIUM_PATH` alone when it is set, else what `PATH` has, else where macOS keeps applications. */
export function findChromium(env: Env = process.env): string | null {
	if (env.CHROMIUM_PATH) return findExecutable([], [env.CHROMIUM_PATH], env);
	return findExecutable(NAMES, MACOS, env);
}
