import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeEach } from 'vitest';

/** A browser that has not closed by then will not. */
const CLOSING_MS = 10_000;

/**
 * One browser for the tests of a `describe`; what a test opened in it is closed after the test. One that stopped answering
 * fails its test alone, and none when it was only to close: the next one, and the retry, get a new one.
 */
export function oneBrowser(launch: () => Promise<Browser>, closingMs = CLOSING_MS): () => Browser {
	let browser: Browser | undefined;
	async function replace(): Promise<void> {
		const last = browser;
		browser = undefined;
		if (last !== undefined) await closes(() => last.close(), closingMs);
	}
	beforeEach(async () => {
		browser ??= await launch();
	});
	afterEach(async ({ task }) => {
		const contexts = browser?.contexts() ?? [];
		const closed = await Promise.all(contexts.map((context) => closes(() => context.close(), closingMs)));
		if (task.result?.state === 'fail' || closed.includes(false)) await replace();
	});
	afterAll(replace);
	return () => {
		if (browser === undefined) throw new Error('a browser is there in tests alone');
		return browser;
	};
}

/** Whether it closed in time. What did not ends with this process at the latest. */
async function closes(close: () => Promise<void>, budgetMs: number): Promise<boolean> {
	const closed = close().then(
		() => true,
		() => false,
	);
	return Promise.race([closed, sleep(budgetMs, false, { ref: false })]);
}
