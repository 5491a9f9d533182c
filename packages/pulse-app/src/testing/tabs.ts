import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import type { RealBrowser } from './browsers.ts';
import { status } from './live-page.ts';

/** One browser for the tests of a `describe`, and pages of a live app in it, each with cookies of its own. */
export function tabs({ launch }: RealBrowser) {
	let browser: Browser;
	beforeAll(async () => {
		browser = await launch();
	});
	afterAll(() => browser.close());

	/** `script` runs before those of the page. */
	async function visit(url: string, script = ''): Promise<Page> {
		const context = await browser.newContext();
		onTestFinished(() => context.close());
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
