import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { inEachBrowser } from '../../packages/pulse-app/src/testing/browsers.ts';
import { oneBrowser } from '../../packages/pulse-app/src/testing/one-browser.ts';
import { startRouter } from '../../packages/pulse-railway/src/router/testing/router.ts';
import { runVersion } from '../../test/support/pasted-app.ts';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

inEachBrowser('the chat over a deploy', ({ launch }) => {
	const browser = oneBrowser(launch);

	it('keeps a tab in its room and on its version, waits for what is being written, and moves on', async () => {
		const [blue, green] = await Promise.all([runVersion(FOLDER, 'blue'), runVersion(FOLDER, 'green')]);
		onTestFinished(async () => void (await Promise.all([blue.stop(), green.stop()])));
		const { port, store, settled } = await startRouter({ deployments: { blue: blue.port, green: green.port } });
		const open = async () => {
			const page = await (await browser().newContext()).newPage();
			await page.goto(`http://127.0.0.1:${port}`);
			await expect.poll(() => page.locator('[role=status]').first().textContent()).toBe('connected');
			return page;
		};
		const say = async (page: Page, text: string) => {
			await page.fill('[name=text]', text);
			await page.click('text=Send');
			await expect.poll(() => page.inputValue('[name=text]')).toBe('');
		};
		const said = (page: Page) => page.locator('li').allTextContents();
		const version = (page: Page) => page.locator('b').textContent();

		const [ann, bob] = [await open(), await open()];
		await say(ann, 'hello');
		await expect.poll(() => said(bob)).toEqual(['somebody: hello']);
		await expect.poll(() => blue.sessions()).toMatchObject({ connected_render_count: 2, in_use: { websockets: 2 } });
		await store.promote('green', 'green');
		await settled();
		const cyd = await open();
		expect([await version(cyd), await said(cyd)]).toEqual(['green', []]);

		// The room of the old version is whole, over a socket that opens again too.
		await say(bob, 'still here');
		await expect.poll(() => said(ann)).toEqual(['somebody: hello', 'somebody: still here']);

		await ann.fill('[name=text]', 'half a sent');
		expect(await blue.reload(600)).toBe(2);
		const question = bob.getByRole('button', { name: 'Reload' });
		await question.click();
		await expect.poll(() => version(bob).catch(() => '')).toBe('green');
		expect([await version(ann), await ann.inputValue('[name=text]')]).toEqual(['blue', 'half a sent']);
		await ann.getByRole('button', { name: 'Reload' }).click();
		await expect.poll(() => version(ann).catch(() => '')).toBe('green');
		await expect.poll(() => ann.inputValue('[name=text]').catch(() => '')).toBe('half a sent');
	}, 120_000);
});
