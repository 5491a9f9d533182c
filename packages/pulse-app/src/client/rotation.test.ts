import { expect, it } from 'vitest';
import { inEachBrowser } from '../testing/browsers.ts';
import { live, status } from '../testing/live-page.ts';
import { tabs } from '../testing/tabs.ts';

/** `npm test` compiles first; the pages below load the compiled client. */
inEachBrowser('signing in, in the browser', (browser) => {
	const { connected } = tabs(browser);

	it('keeps every tab of the browser, whichever of them asked for it', async () => {
		const { url, loads, running } = await live({
			channels: {
				tab: (channel) => {
					const { session } = channel.render;
					let count = 0;
					channel.on('increment', () => ++count);
					channel.on('user', () => session.get('user'));
					channel.on('sign in', async () => {
						await session.rotate();
						await session.set('user', 'anna');
					});
				},
			},
		});
		const page = await connected(url);
		const other = await page.context().newPage();
		await other.goto(`${url}/page`);
		await expect.poll(() => status(other)).toBe('connected');
		for (const tab of [page, other]) await tab.evaluate(`pulse.channel('tab').request('increment')`);
		const cookie = async () => (await page.context().cookies()).find(({ name }) => name === 'pulse.sid')?.value;
		const before = await cookie();

		await page.evaluate(`pulse.channel('tab').request('sign in')`);
		expect(await cookie()).not.toBe(before);
		await expect.poll(() => other.evaluate('statuses.filter((s) => s === "connected").length')).toBe(2);
		for (const tab of [page, other]) {
			expect(await tab.evaluate(`pulse.channel('tab').request('increment')`)).toBe(2);
			expect(await tab.evaluate(`pulse.channel('tab').request('user')`)).toBe('anna');
		}
		expect([loads(), running.renderSessions()]).toEqual([2, { total: 2, connected: 2, resumable: 0 }]);
	});
});
