import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { RealBrowser } from './browsers.ts';
import { status } from './live-page.ts';
import { oneBrowser } from './one-browser.ts';

/** One browser for the tests of a `describe`, and pages of a live app in it, each with cookies of its own. */
export function tabs({ launch }: RealBrowser) {
	const browser = oneBrowser(launch);

	/** `script` runs before those of the page. */
	async function visit(url: string, script = ''): Promise<Page> {
		const context = await browser().newContext();
		const page = await context.newPage();
		await page.addInitScript(script);
		await page.goto(`${url}/page`);
		return page;
	}
	async function connected(url: string, script = ''): Promise<Page> {
		const page = await visit(url, script);
		await expect.poll(() => status(page)).toBe('connected');
		return page;
	}
	return { visit, connected };
}
