import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { inEachBrowser } from '../../packages/pulse-app/src/testing/browsers.ts';
import { oneBrowser } from '../../packages/pulse-app/src/testing/one-browser.ts';
import { startRouter } from '../../packages/pulse-railway/src/router/testing/router.ts';
import { run } from './testing/run.ts';

inEachBrowser('the counter over a deploy', ({ launch }) => {
	const browser = oneBrowser(launch);

	const shown = (page: Page, id = 'tab') => page.locator(`#${id} output`).textContent();
	const deployment = (page: Page) => page.locator('body').getAttribute('data-deployment');
	const status = (page: Page) => page.locator('body').getAttribute('data-status');

	it('leaves a tab on its deployment with its count, gives a new tab the new one, and reloads the old at the end', async () => {
		const blue = await run(0, { PULSE_DEPLOYMENT_ID: 'blue', COUNTER_LABEL: 'v1' });
		const green = await run(0, { PULSE_DEPLOYMENT_ID: 'green', COUNTER_LABEL: 'v2' });
		const { port, store, settled } = await startRouter({ deployments: { blue: blue.port, green: green.port } });
		const context = await browser().newContext();
		const open = async () => {
			const page = await context.newPage();
			await page.goto(`http://127.0.0.1:${port}`);
			await expect.poll(() => status(page)).toBe('connected');
			return page;
		};

		const old = await open();
		await old.click('#tab');
		await expect.poll(() => shown(old)).toBe('1');
		await store.promote('green', 'green');
		await settled();

		const fresh = await open();
		expect(await deployment(fresh)).toBe('green');
		await old.click('#tab');
		await expect.poll(() => shown(old)).toBe('2');
		expect(await deployment(old)).toBe('blue');

		// Its socket breaks; the cookie has met the new deployment meanwhile.
		const visibility = (state: string) =>
			old.evaluate(`Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true });
				document.dispatchEvent(new Event('visibilitychange'))`);
		await visibility('hidden');
		await expect.poll(() => status(old)).toBe('disconnected');
		await visibility('visible');
		await expect.poll(() => status(old)).toBe('connected');
		await old.click('#tab');
		await expect.poll(() => shown(old)).toBe('3');

		await visibility('hidden');
		await expect.poll(() => status(old)).toBe('disconnected');
		await store.retire('blue');
		await settled();
		await visibility('visible');
		await expect.poll(() => deployment(old)).toBe('green');
		await expect.poll(() => shown(old)).toBe('0');
	});
});
