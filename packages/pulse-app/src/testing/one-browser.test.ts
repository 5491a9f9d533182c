import type { Browser, BrowserContext } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { oneBrowser } from './one-browser.ts';

const never = () => new Promise<void>(() => {});

/** Browsers that answer as Playwright's do, until one is told to stop. */
function fakeBrowsers() {
	const closed: string[] = [];
	let launched = 0;
	async function launch(): Promise<Browser> {
		const name = `browser ${++launched}`;
		const contexts: BrowserContext[] = [];
		let isDeaf = false;
		const browser = {
			version: () => name,
			contexts: () => contexts,
			newContext: async ({ acceptDownloads = true } = {}) => {
				isDeaf = !acceptDownloads;
				const close = async () => {
					closed.push(`a context of ${name}`);
					contexts.splice(0);
				};
				contexts.push({ close: isDeaf ? never : close } as unknown as BrowserContext);
			},
			close: async () => (isDeaf ? never() : void closed.push(name)),
		};
		return browser as unknown as Browser;
	}
	return { closed, launch };
}

describe('tests that share a browser', () => {
	const { closed, launch } = fakeBrowsers();
	const browser = oneBrowser(launch, 50);

	it('get it, and may leave pages open', async () => {
		expect(browser().version()).toBe('browser 1');
		await browser().newContext();
	});

	it('get it again, without those pages; one that stops answering fails nobody', async () => {
		expect(closed).toEqual(['a context of browser 1']);
		expect(browser().version()).toBe('browser 1');
		await browser().newContext({ acceptDownloads: false });
	});

	it('get a new one after that', () => {
		expect(browser().version()).toBe('browser 2');
	});
});
