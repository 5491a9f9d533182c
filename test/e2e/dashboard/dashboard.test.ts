import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { inEachBrowser } from '../../../packages/pulse-app/src/testing/browsers.ts';
import { oneBrowser } from '../../../packages/pulse-app/src/testing/one-browser.ts';
import { openDashboardOn, type RunningDashboard, startDashboard } from '../../support/dashboard.ts';
import { LocalStack } from '../../support/local-stack.ts';
import { Tab } from '../../support/tab.ts';

let stack: LocalStack;
let dashboard: RunningDashboard;
const tabs: Tab[] = [];

beforeAll(async () => {
	stack = await LocalStack.up();
	const origin = await stack.init();
	await stack.deploy('--deployment-id', 'shop-1');
	tabs.push(await Tab.open(origin), await Tab.open(origin));
	await stack.deploy('--deployment-id', 'shop-2');
	tabs.push(await Tab.open(origin));
	dashboard = await startDashboard(stack.options);
}, 120_000);
afterAll(async () => {
	for (const tab of tabs) tab.close();
	const ended = await dashboard?.close();
	await stack?.down();
	expect(ended?.code).toBe(130);
}, 60_000);

/** What the page says of itself that no user should see. */
const complaints: string[] = [];

function openedOn(page: Page): Promise<Page> {
	complaints.length = 0;
	return openDashboardOn(page, dashboard.address, (text) => complaints.push(text));
}

const firstScreen = (page: Page) => page.locator('.now').innerText();
const countOn = (page: Page, id: string) => page.locator(`[data-people-on="${id}"]`).innerText();

/** Commands run as processes, beside a browser: a busy machine makes that slower, not wrong. */
vi.setConfig({ testTimeout: 90_000 });

inEachBrowser('the dashboard', ({ name, launch }) => {
	const browser = oneBrowser(launch);

	it('says on its first screen who is on which version, what happens next and how to go back, without an error (R8.13)', async () => {
		const page = await openedOn(await browser().newPage({ viewport: { width: 1200, height: 700 } }));
		await expect.poll(() => countOn(page, 'shop-1')).toBe('2');
		const { active_deployment: active } = await stack.status();
		const other = active === 'shop-1' ? 'shop-2' : 'shop-1';
		const text = await firstScreen(page);
		expect(text).toContain('3 people on 2 versions');
		expect(text).toContain(`New visitors get ${active}.`);
		expect(text).toContain(`${other}: stays for the `);
		const back = page.getByRole('button', { name: `Roll back to ${other}`, exact: true });
		const box = await back.boundingBox();
		expect((box?.y ?? 9_999) + (box?.height ?? 0)).toBeLessThan(700);
		expect(new URL(page.url()).hash).toBe('');
		await page.reload();
		await page.locator('.link.live').waitFor();
		expect(complaints).toEqual([]);
	});

	it('rolls back by keyboard with the plan and the question of the command, and a no changes nothing', async () => {
		const page = await openedOn(await browser().newPage());
		const { active_deployment: active } = await stack.status();
		const other = active === 'shop-1' ? 'shop-2' : 'shop-1';
		const order = async () => {
			await page.getByRole('button', { name: `Roll back to ${other}`, exact: true }).focus();
			await page.keyboard.press('Enter');
			await page.getByRole('button', { name: 'Yes, do it' }).waitFor();
		};
		await order();
		const dialog = page.getByRole('dialog');
		const plan = await dialog.innerText();
		expect(plan).toContain(`Roll back to ${other}: go on?`);
		expect(plan).toContain(`Send new visitors to ${other}`);
		await page.keyboard.press('Escape');
		await expect.poll(() => dialog.isVisible()).toBe(false);
		expect((await stack.status()).active_deployment).toBe(active);
		await order();
		// Yes is the command's own default, and has the focus.
		await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Yes, do it');
		await page.keyboard.press('Enter');
		await page.getByText(`${other} is active`, { exact: true }).waitFor();
		await page.keyboard.press('Escape');
		await expect.poll(() => firstScreen(page)).toContain(`New visitors get ${other}.`);
		expect((await stack.status()).active_deployment).toBe(other);
		expect(complaints).toEqual([]);
	});

	it('needs no scrolling to the side on a phone, in the dark', async () => {
		const context = await browser().newContext({ viewport: { width: 360, height: 740 }, colorScheme: 'dark' });
		const page = await openedOn(await context.newPage());
		await page.locator('.history li').first().waitFor();
		await page.getByRole('button', { name: 'pulse-router' }).click();
		await page.locator('.log pre').waitFor();
		expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(
			0,
		);
		await page.getByRole('button', { name: 'Recall:' }).last().click();
		const dialog = await page.getByRole('dialog').boundingBox();
		expect((dialog?.x ?? -1) >= 0 && dialog!.x + dialog!.width <= 360).toBe(true);
		// Firefox, as it is driven here, takes no scheme.
		if (name === 'Chromium')
			expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(15, 20, 25)');
		expect(complaints).toEqual([]);
	});

	it('follows what a service writes', async () => {
		const page = await openedOn(await browser().newPage());
		await page.getByRole('button', { name: 'pulse-router' }).click();
		await expect.poll(() => page.locator('.log pre').innerText()).toMatch(/\d{4}-\d\d-\d\dT.*listening/);
		expect(complaints).toEqual([]);
	});

	it('says that it needs the whole address, and shows nothing without it', async () => {
		const page = await (await browser().newContext()).newPage();
		await page.goto(dashboard.origin);
		await page.getByText('needs the whole address').waitFor();
		await page.goto('about:blank');
		await page.goto(`${dashboard.origin}/#${'x'.repeat(43)}`);
		await page.getByText('needs the whole address').waitFor();
		expect(await page.locator('body').innerText()).not.toContain('shop-');
	});
});

it('a version says what it costs an hour, by what it uses (R8.13)', async () => {
	const { deployments } = await stack.status();
	for (const { hourly_cost: cost } of deployments) {
		expect(cost).toBeGreaterThan(0);
		expect(cost).toBeLessThan(0.2);
	}
});

describe('the dashboard of a stack that is deployed to meanwhile', () => {
	it('shows a deploy in the order in which it happens', async () => {
		const seen: string[] = [];
		const response = await fetch(`${dashboard.origin}/events`, {
			headers: { authorization: `Bearer ${dashboard.token}` },
		});
		const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
		const reading = (async () => {
			let text = '';
			for (;;) {
				const { done, value } = await reader.read();
				if (done) return;
				text += value;
				for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
					const [, event, data] = /^event: (\w+)\ndata: (.*)$/s.exec(text.slice(0, end)) ?? [];
					text = text.slice(end + 2);
					if (event !== 'view') continue;
					const { versions } = JSON.parse(data!) as { versions: { id: string; state: string }[] };
					const state = versions.find(({ id }) => id === 'shop-3')?.state ?? 'absent';
					if (seen.at(-1) !== state) seen.push(state);
				}
			}
		})();
		await stack.deploy('--deployment-id', 'shop-3');
		await expect.poll(() => seen.at(-1)).toBe('active');
		await reader.cancel();
		await reading;
		expect(seen.filter((state) => ['absent', 'pending', 'active'].includes(state))).toEqual([
			'absent',
			'pending',
			'active',
		]);
	}, 60_000);
});
