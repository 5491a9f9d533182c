import type { Browser } from 'playwright-core';
import { describe } from 'vitest';
import { chromiumMissing, launchChromium } from './chromium.ts';
import { firefoxMissing, launchFirefox } from './firefox.ts';

export interface RealBrowser {
	readonly name: 'Chromium' | 'Firefox';
	launch(): Promise<Browser>;
	/** One that keeps pages for going back, as people's do; what drives it loses sight of them. */
	launchWithPagesAside(): Promise<Browser>;
}

/** The same tests in every browser; where one is missing, its tests are skipped with the reason. */
export function inEachBrowser(what: string, tests: (browser: RealBrowser) => void): void {
	const browsers = [
		{
			name: 'Chromium',
			launch: launchChromium,
			launchWithPagesAside: () => launchChromium([], ['--disable-back-forward-cache']),
			missing: chromiumMissing(),
		},
		{ name: 'Firefox', launch: launchFirefox, launchWithPagesAside: launchFirefox, missing: firefoxMissing() },
	] as const;
	for (const browser of browsers) {
		const reason = browser.missing === null ? '' : ` (${browser.missing})`;
		describe.skipIf(browser.missing !== null)(`${what} in ${browser.name}${reason}`, () => tests(browser));
	}
}
