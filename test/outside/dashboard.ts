/**
 * The dashboard as people see it, on the local platform with two versions and real browsers on them. axe-core looks at its
 * page light, dark, on a phone and with the plan of a rollback; counted is how soon pages of Chromium and Firefox show a
 * deploy after the router sends the first visitor there. Writes the screenshots of `docs/dashboard.md`. Needs both browsers.
 *
 *     npm run build && npx jiti test/outside/dashboard.ts
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { chromiumMissing, launchChromium } from '../../packages/pulse-app/src/testing/chromium.ts';
import { firefoxMissing, launchFirefox } from '../../packages/pulse-app/src/testing/firefox.ts';
import { ROOT } from '../repository/source-files.ts';
import { openDashboardOn, startDashboard } from '../support/dashboard.ts';
import { LocalStack } from '../support/local-stack.ts';
import { until } from '../support/until.ts';
import { awaitVersion, reportFollowing } from './follows.ts';
import { Verdict } from './fresh-stack.ts';

const reason = chromiumMissing() ?? firefoxMissing();
if (reason !== null) {
	process.stdout.write(`Skipped: ${reason}.\n`);
	process.exit(0);
}
const MOST_BYTES = 150 * 1024;
const AXE = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

const verdict = new Verdict();
const stack = await LocalStack.up();
const chromium = await launchChromium();
const firefox = await launchFirefox();
const visitors: Page[] = [];
const complaints: string[] = [];
let isOver = false;
try {
	const origin = await stack.init();
	await stack.deploy('--deployment-id', 'shop-1');
	await visit(origin, 3);
	await stack.deploy('--deployment-id', 'shop-2');
	await visit(origin, 5);
	const dashboard = await startDashboard(stack.options);
	try {
		const opened = async (browser: typeof chromium, options: Parameters<typeof browser.newContext>[0]) => {
			const page = await (await browser.newContext(options)).newPage();
			return openDashboardOn(page, dashboard.address, (text) => complaints.push(text));
		};
		const sights = {
			light: await opened(chromium, { viewport: { width: 1200, height: 860 } }),
			dark: await opened(chromium, { viewport: { width: 1200, height: 860 }, colorScheme: 'dark' }),
			phone: await opened(chromium, {
				viewport: { width: 360, height: 780 },
				colorScheme: 'dark',
			}),
		};
		for (const page of Object.values(sights)) await page.getByRole('button', { name: '5 min' }).click();
		const clicking = click(origin);
		await delay(60_000);
		for (const [name, page] of Object.entries(sights)) {
			await judge(name, page);
			await shoot(name, page);
		}
		const { light } = sights;
		await light.getByRole('button', { name: 'Roll back to shop-1', exact: true }).click();
		await light.getByRole('button', { name: 'Yes, do it' }).waitFor();
		await judge('with the plan of a rollback', light);
		await shoot('rollback', light);
		await light.getByRole('button', { name: 'No, change nothing' }).click();
		const gecko = await opened(firefox, {});
		await measure(origin, { Chromium: sights.dark, Firefox: gecko });
		verdict.report('what pages complain of', 'nothing', complaints.join('; ') || 'nothing');
		isOver = true;
		await clicking;
	} finally {
		await dashboard.close();
	}
} finally {
	isOver = true;
	await Promise.all([chromium.close(), firefox.close()]);
	await stack.down();
}
verdict.close('All right.');

/** Pages as visitors have them: one of them has something unsaved. */
async function visit(origin: string, count: number): Promise<void> {
	const context = await chromium.newContext();
	for (let index = 0; index < count; index++) {
		const page = await context.newPage();
		await page.goto(origin);
		await page.locator('body[data-status="connected"]').waitFor();
		if (index === 0)
			await page.evaluate(() => (globalThis as { pulse?: { hold(why: string): void } }).pulse?.hold('unsaved draft'));
		visitors.push(page);
	}
}

/** They use it, and others come by. */
async function click(origin: string): Promise<void> {
	for (let round = 0; !isOver; round++) {
		for (let visit = round % 5; visit > 0; visit--) await fetch(origin).then((answer) => answer.text());
		const page = visitors[(round * 3) % visitors.length];
		await page
			?.locator('button')
			.first()
			.click({ timeout: 1_000 })
			.catch(() => {});
		await delay(150 + (round % 7) * 60);
	}
}

async function judge(name: string, page: Page): Promise<void> {
	await page.evaluate(AXE);
	const violations = await page.evaluate(async () => {
		const { axe } = globalThis as unknown as {
			axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
		};
		return (await axe.run()).violations.map(
			({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
		);
	});
	verdict.report(`what axe-core finds, ${name}`, 'nothing', violations.join('; ') || 'nothing');
}

async function shoot(name: string, page: Page): Promise<void> {
	const path = join(ROOT, `docs/dashboard/${name}.png`);
	await page.evaluate(() => globalThis.scrollTo(0, 0));
	await page.screenshot({ path, scale: name === 'phone' ? 'device' : 'css' });
	const { size } = statSync(path);
	verdict.report(
		`docs/dashboard/${name}.png is small`,
		'yes',
		size <= MOST_BYTES ? 'yes' : `${Math.round(size / 1024)} KiB`,
	);
}

/** From the first visitor whom the router sends to the new version until the page says so. */
async function measure(origin: string, pages: Readonly<Record<string, Page>>): Promise<void> {
	await awaitVersion(pages, /New visitors get shop-3\./);
	const deploying = stack.deploy('--deployment-id', 'shop-3');
	let servedAt = 0;
	await until(
		'a visitor on shop-3',
		async () => {
			const response = await fetch(origin);
			await response.text();
			if (response.headers.get('x-pulse-selected-deployment') !== 'shop-3') return false;
			servedAt = Date.now();
			return true;
		},
		60_000,
	);
	await deploying;
	await reportFollowing(verdict, pages, servedAt);
}
