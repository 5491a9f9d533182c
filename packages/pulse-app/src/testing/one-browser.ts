import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeEach } from 'vitest';

/** One browser for the tests of a `describe`. One that stopped answering fails its test alone: the next one, and the retry, get a new one. */
export function oneBrowser(launch: () => Promise<Browser>): () => Browser {
	let browser: Browser | undefined;
	async function close(): Promise<void> {
		const last = browser;
		browser = undefined;
		await last?.close();
	}
	beforeEach(async () => {
		browser ??= await launch();
	});
	afterEach(async ({ task }) => {
		if (task.result?.state === 'fail') await close();
	});
	afterAll(close);
	return () => {
		if (browser === undefined) throw new Error('a browser is there in tests alone');
		return browser;
	};
}
