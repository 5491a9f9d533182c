import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { type Env, findExecutable } from './executables.ts';

const NAMES = ['firefox-esr', 'firefox'];
const MACOS = ['/Applications/Firefox.app/Contents/MacOS/firefox'];
const WITH_MEDIA = fileURLToPath(new URL('./firefox-with-media.mjs', import.meta.url));

/** Why tests with a real Firefox cannot run here; `null` when they can. */
export function firefoxMissing(): string | null {
	return findFirefox() === null ? 'firefox not found: apt-get install firefox-esr, or set FIREFOX_PATH' : null;
}

/** The Firefox that people have, by WebDriver BiDi: not the patched one that Playwright brings. */
export async function launchFirefox(): Promise<Browser> {
	const { firefox } = await import('playwright-core');
	const env = { ...(process.env as Record<string, string>), FIREFOX_PATH: findFirefox() ?? 'firefox' };
	return firefox.launch({ channel: 'moz-firefox', executablePath: WITH_MEDIA, env });
}

/** `FIREFOX_PATH` alone when it is set, else what `PATH` has, else where macOS keeps applications. */
export function findFirefox(env: Env = process.env): string | null {
	if (env.FIREFOX_PATH) return findExecutable([], [env.FIREFOX_PATH], env);
	return findExecutable(NAMES, MACOS, env);
}
