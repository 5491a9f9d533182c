/**
 * The pages of `docs/add-to-*.md`, pasted as they are: the packages packed and installed, the app saved, two versions deployed on
 * the local platform, and a real browser on each. A tab keeps its version and what is typed in it; the version that is deleted
 * lets it go on with what was typed. Needs npm's registry, `script` and Chromium.
 *
 *     npm run build && npx jiti test/outside/add-to.ts [express …]
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { chromiumMissing, launchChromium } from '../../packages/pulse-app/src/testing/chromium.ts';
import { ROOT } from '../repository/source-files.ts';
import { commandsOfPage } from '../support/commands-of-page.ts';
import { paste } from '../support/pasted-app.ts';
import { lineToPaste, Terminal } from '../support/terminal.ts';
import { until } from '../support/until.ts';
import { Verdict } from './fresh-stack.ts';

const NAMES = ['express', 'fastify', 'hono', 'nestjs', 'nextjs', 'ws'];
const MAIN = 'docs/add-to-express.md';
const asked = process.argv.slice(2);
const verdict = new Verdict();
const reason =
	spawnSync('script', ['--version']).status !== 0
		? 'there is no script (util-linux) on this machine'
		: spawnSync('npm', ['ping']).status !== 0
			? "npm's registry cannot be reached"
			: chromiumMissing();
if (reason !== null) {
	process.stdout.write(`Skipped: ${reason}.\n`);
	process.exit(0);
}
const browser = await launchChromium();
try {
	for (const name of NAMES.filter((one) => asked.length === 0 || asked.includes(one))) {
		await pasted(name, browser).catch((error) => verdict.report(`${name} lives through it`, 'true', String(error)));
	}
} finally {
	await browser.close();
}
verdict.close('Every page works as it is pasted.');

async function pasted(name: string, browser: Browser): Promise<void> {
	const page = `docs/add-to-${name}.md`;
	const home = mkdtempSync(join(tmpdir(), `pulse-add-to-${name}-`));
	const cwd = join(home, 'my-app');
	const { PATH, LANG } = process.env;
	// What is installed is cached where this machine's user has it.
	const npm = { npm_config_cache: process.env.npm_config_cache ?? join(process.env.HOME ?? home, '.npm') };
	const terminal = new Terminal({ cwd: ROOT, env: { PATH, LANG, HOME: home, ...npm } });
	try {
		await terminal.open();
		const commands = commandsOfPage(MAIN, '## From nothing');
		const up = commands.findIndex((line) => line.includes('local up'));
		for (const line of commands.slice(0, up)) {
			// Built it is by now.
			await terminal.type(line.replace(/^npm ci && npm run build && /, ''), 600_000);
		}
		const own = name === 'express' ? [] : installOf(page);
		for (const line of own) await terminal.type(line, 600_000);
		await paste(MAIN, cwd);
		if (name !== 'express') await paste(page, cwd);
		if (name === 'nextjs') buildInDockerfile(cwd);
		const [start = '', init = '', deploy = ''] = commands.slice(up);
		await terminal.type(start);
		const made = await terminal.type(init, 300_000);
		const address = /Ready at (http:\/\/127\.0\.0\.1:\d+)/.exec(made)?.[1] ?? '';
		await terminal.type(lineToPaste(made));
		await terminal.type(deploy, 900_000);
		const context = await browser.newContext();
		const open = async () => {
			const tab = await context.newPage();
			await tab.goto(address);
			return tab;
		};
		const old = await open();
		verdict.report(`${name}: the first version`, 'One', await heading(old));
		await old.locator('textarea').fill('a draft');
		await paste(page, cwd, 'Two');
		await terminal.type(deploy, 900_000);
		verdict.report(`${name}: a new tab gets the second`, 'Two', await heading(await open()));
		verdict.report(`${name}: the old tab keeps the first`, 'One', await heading(old));
		verdict.report(`${name}: and its text`, 'a draft', await old.locator('textarea').inputValue());
		const again = await old.evaluate(`fetch('/').then((response) => response.text())`);
		verdict.report(`${name}: and asks its own version`, 'true', String(/<h1>One</.test(String(again))));
		const shown = await terminal.type('pulse-railway status --json');
		const status = JSON.parse(shown.slice(shown.indexOf('{'), shown.lastIndexOf('}') + 1)) as Status;
		const first = status.deployments.find(({ state }) => state === 'draining')?.deployment_id;
		await terminal.type(`pulse-railway delete --deployment-id ${first} --yes`, 120_000);
		const moved = await until(
			'the second version in the old tab',
			async () => (await heading(old)) === 'Two',
			60_000,
		).catch(() => false);
		verdict.report(`${name}: deleted, the old tab moves on`, 'true', String(moved));
		const kept = await until(
			'its text',
			async () =>
				(await old
					.locator('textarea')
					.inputValue()
					.catch(() => '')) === 'a draft',
			10_000,
		).catch(() => false);
		verdict.report(`${name}: with its text`, 'true', String(kept));
		await context.close();
	} finally {
		if (existsSync(join(cwd, '.pulse'))) await terminal.type('pulse-railway local down --purge').catch(() => {});
		await terminal.close();
		rmSync(home, { recursive: true, force: true, maxRetries: 5 });
	}
}

interface Status {
	readonly deployments: readonly { readonly deployment_id: string; readonly state: string }[];
}

function heading(page: Page): Promise<string | null> {
	return page
		.locator('h1')
		.textContent({ timeout: 5_000 })
		.catch(() => null);
}

/** What a page of another framework has installed: a block of its own, or a line in its text. */
function installOf(page: string): string[] {
	const text = readFileSync(join(ROOT, page), 'utf8');
	return [/^npm install .*$/m.exec(text)?.[0] ?? /`(npm install [^`]+)`/.exec(text)?.[1] ?? ''];
}

/** As the page on Next.js says. */
function buildInDockerfile(cwd: string): void {
	const file = join(cwd, 'Dockerfile');
	const text = readFileSync(file, 'utf8');
	writeFileSync(
		file,
		text.replace('RUN npm ci --omit=dev', 'ARG PULSE_DEPLOYMENT_ID\nRUN npm ci --omit=dev && npx next build'),
	);
}
