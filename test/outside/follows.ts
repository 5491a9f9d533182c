import type { Page } from 'playwright-core';
import { until } from '../support/until.ts';
import type { Verdict } from './fresh-stack.ts';

const MOST_MS = 1_000;

/** Each page notes by itself when it first says that new visitors get that version. */
export async function awaitVersion(pages: Readonly<Record<string, Page>>, isNamed: RegExp): Promise<void> {
	for (const page of Object.values(pages)) {
		await page.evaluate((source) => {
			const seen = globalThis as { shownAt?: number; watching?: MutationObserver };
			seen.watching?.disconnect();
			delete seen.shownAt;
			const named = new RegExp(source);
			seen.watching = new MutationObserver(() => {
				if (named.test(document.querySelector('.next')?.textContent ?? '')) seen.shownAt ??= Date.now();
			});
			seen.watching.observe(document.body, { subtree: true, childList: true, characterData: true });
		}, isNamed.source);
	}
}

/** @param servedAt when the first visitor got it, Unix ms */
export async function reportFollowing(
	verdict: Verdict,
	pages: Readonly<Record<string, Page>>,
	servedAt: number,
): Promise<void> {
	for (const [name, page] of Object.entries(pages)) {
		const shownAt = await until(`${name} to show it`, () =>
			page.evaluate(() => (globalThis as { shownAt?: number }).shownAt ?? null),
		);
		const late = shownAt - servedAt;
		verdict.report(
			`${name} shows the deploy ${late} ms after its first visitor: in time`,
			'yes',
			late <= MOST_MS ? 'yes' : 'no',
		);
	}
}
