/**
 * Apps as people write them, started by `pulse run` on the local platform and seen in Chromium and Firefox: a Vite SPA with
 * React and an API, Express with a Socket.IO server of its own, Express with `ws`, Next.js. Each over two versions: an old
 * tab stays on its own with what it holds, a new tab gets the new one, `delete` has the old tab load anew. Needs npm's
 * registry and the two browsers. `npm run build && jiti test/outside/npm-apps.ts [name]...`
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright-core';
import { chromiumMissing, launchChromium } from '../../packages/pulse-app/src/testing/chromium.ts';
import { firefoxMissing, launchFirefox } from '../../packages/pulse-app/src/testing/firefox.ts';
import { jsonOf } from '../support/command.ts';
import { until } from '../support/until.ts';
import { FreshStack, Verdict } from './fresh-stack.ts';
import { NPM_APPS, type NpmApp, npmAppFiles } from './npm-app-sources.ts';
import { packForProjects } from './vendored.ts';

const asked = process.argv.slice(2);
const apps = NPM_APPS.filter(({ name }) => asked.length === 0 || asked.includes(name));
const noRegistry = spawnSync('npm', ['ping']).status === 0 ? null : "npm's registry cannot be reached";
const reason = chromiumMissing() ?? firefoxMissing() ?? noRegistry;
if (reason !== null) {
	process.stdout.write(`Skipped: ${reason}.\n`);
	process.exit(0);
}
const stack = new FreshStack('npm-apps');
const { folder } = stack;
const verdict = new Verdict();
const browsers = await Promise.all([launchChromium(), launchFirefox()]);
try {
	const vendored = packForProjects(join(folder, 'vendor'));
	for (const app of apps) {
		write(app, 'one', vendored);
		cpSync(join(folder, 'vendor'), join(folder, app.name, 'vendor'), { recursive: true });
		const made = spawnSync('npm', ['install'], { cwd: join(folder, app.name), encoding: 'utf8' });
		if (made.status !== 0) throw new Error(`${app.name}: ${made.stdout}${made.stderr}`);
	}
	await stack.up();
	const address = await stack.init(join(folder, apps[0]!.name), 'app.ts');
	for (const app of apps) {
		try {
			await overTwoVersions(app, address, vendored);
		} catch (error) {
			verdict.report(`${app.name} lives through it`, 'true', String(error));
		}
	}
} finally {
	for (const browser of browsers) await browser.close();
	await stack.purge();
}
verdict.close('Every tab kept its version, and left it when it was gone.');

async function overTwoVersions(app: NpmApp, address: string, vendored: Readonly<Record<string, string>>) {
	const { name } = app;
	await deploy(name, 'one');
	const contexts = await Promise.all(browsers.map((browser) => browser.newContext()));
	const tabs = await Promise.all(contexts.map((context) => context.newPage()));
	for (const tab of tabs) {
		await tab.goto(address);
		verdict.report(`${name}: the first page`, 'one', await shown(tab, '#version', 'one'));
		verdict.report(`${name}: its server counts`, 'one 1', await pressed(tab, 'one 1'));
	}
	write(app, 'two', vendored);
	await deploy(name, 'two');
	for (const [i, tab] of tabs.entries()) {
		verdict.report(`${name}: the old tab stays, with what it counted`, 'one 2', await pressed(tab, 'one 2'));
		if ((await tab.locator('#more').count()) > 0) {
			await tab.locator('#more').click();
			const late = 'loaded late by one';
			verdict.report(`${name}: and loads the rest of its own version`, late, await shown(tab, '#late', late));
		}
		const fresh = await contexts[i]!.newPage();
		await fresh.goto(address);
		verdict.report(`${name}: a new tab gets the new one`, 'two', await shown(fresh, '#version', 'two'));
		verdict.report(`${name}: and counts for itself`, 'two 1', await pressed(fresh, 'two 1'));
		verdict.report(`${name}: while the old one goes on`, 'one 3', await pressed(tab, 'one 3'));
	}
	await jsonOf(['delete', `${name}-one`, '--yes'], { cwd: join(folder, name), env: stack.env });
	for (const tab of tabs) {
		verdict.report(`${name}: deleted, the old tab loads anew`, 'two', await shown(tab, '#version', 'two', 60_000));
		verdict.report(`${name}: and works`, 'two 1', await pressed(tab, 'two 1'));
	}
	for (const context of contexts) await context.close();
}

function write(app: NpmApp, word: string, vendored: Readonly<Record<string, string>>): void {
	for (const [name, text] of Object.entries(npmAppFiles(app, word, vendored))) {
		const path = join(folder, app.name, name);
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, text);
	}
}

async function deploy(name: string, word: string): Promise<void> {
	const args = ['deploy', 'app.ts', '--deployment-id', `${name}-${word}`, '--yes'];
	await jsonOf(args, { cwd: join(folder, name), env: stack.env });
	process.stdout.write(`deployed ${name}-${word}\n`);
}

/** A press before the page is live is lost, so the first one waits for its sockets. */
async function pressed(tab: Page, expected: string): Promise<string> {
	if (expected.endsWith(' 1')) await tab.waitForTimeout(2000);
	await tab.locator('#say').click();
	return shown(tab, '#out', expected);
}

/** What an element says, once it is what is expected, or in the end. */
async function shown(tab: Page, selector: string, expected: string, budgetMs = 15_000): Promise<string> {
	let found = 'nothing';
	await until(
		`${expected} in ${selector}`,
		async () => {
			// A page that is just being loaded anew has no such element, or no context to ask.
			found =
				(await tab
					.locator(selector)
					.textContent({ timeout: 1000 })
					.catch(() => null)) ?? 'nothing';
			return found === expected;
		},
		budgetMs,
	).catch(() => {});
	return found;
}
