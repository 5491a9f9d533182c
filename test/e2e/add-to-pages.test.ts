import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished, test, vi } from 'vitest';
import { chromiumMissing, launchChromium } from '../../packages/pulse-app/src/testing/chromium.ts';
import { oneBrowser } from '../../packages/pulse-app/src/testing/one-browser.ts';
import { ask, DOCUMENT } from '../../packages/pulse-edge/src/testing/ask.ts';
import { startRouter } from '../../packages/pulse-railway/src/router/testing/router.ts';
import { ROOT } from '../repository/source-files.ts';
import { commandsOfPage } from '../support/commands-of-page.ts';
import { filesOfPage, paste, runVersion } from '../support/pasted-app.ts';
import { lineToPaste, Terminal } from '../support/terminal.ts';

vi.setConfig({ testTimeout: 90_000 });

const PAGES = ['express', 'fastify', 'hono', 'nestjs', 'nextjs', 'ws'].map((name) => `docs/add-to-${name}.md`);
/** What these import is here already; `test/outside/add-to.ts` installs what the others need. */
const RUN_HERE = ['express', 'fastify', 'hono', 'ws'].map((name) => `docs/add-to-${name}.md`);

test.each(PAGES)('%s asks for fifteen lines at most', async (page) => {
	const app = (await filesOfPage(page)).get('app.ts') ?? '';
	const lines = app.split('\n').filter((line) => line.trim() !== '');
	expect(lines.length).toBeGreaterThan(5);
	expect(lines.length).toBeLessThanOrEqual(15);
});

/** A folder in which what is pasted finds its packages. */
async function folderOf(page: string, heading: string): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), 'pulse-add-to-'));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
	await writeFile(join(folder, 'package.json'), '{"type":"module"}');
	await paste(page, folder, heading);
	return folder;
}

const missing = chromiumMissing();
describe.skipIf(missing !== null)(`pasted and run${missing ? ` (${missing})` : ''}`, () => {
	const browser = oneBrowser(launchChromium);

	const heading = (page: Page) => page.locator('h1').textContent();
	const hide = (page: Page) =>
		page.evaluate(`Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
			Object.defineProperty(document, 'hidden', { value: true, configurable: true });
			document.dispatchEvent(new Event('visibilitychange'))`);

	it.each(RUN_HERE)(
		'%s: a tab keeps its version and what is typed, holds it, and moves on when nothing is lost',
		async (page) => {
			const [blue, green] = await Promise.all(
				(['One', 'Two'] as const).map(async (title) => {
					const version = await runVersion(await folderOf(page, title), title === 'One' ? 'blue' : 'green');
					onTestFinished(() => version.stop());
					return version;
				}),
			);
			const { port, store, settled } = await startRouter({ deployments: { blue: blue!.port, green: green!.port } });
			const context = await browser().newContext();
			const open = async () => {
				const tab = await context.newPage();
				await tab.goto(`http://127.0.0.1:${port}`);
				return tab;
			};

			const old = await open();
			await expect.poll(() => blue!.sessions()).toMatchObject({ connected_render_count: 1, drainable: false });
			if (page.endsWith('ws.md')) {
				await expect.poll(() => blue!.sessions()).toMatchObject({ in_use: { websockets: 1 } });
				const echoed = `new Promise((done) => { live.onmessage = ({ data }) => done(data); live.send('hello') })`;
				expect(await old.evaluate(echoed)).toBe('hello');
			}
			await store.promote('green', 'green');
			await settled();
			expect(await heading(await open())).toBe('Two');
			expect(await old.evaluate(`fetch('/').then((response) => response.text())`)).toContain('<h1>One<');
			await old.locator('textarea').fill('a draft');
			await expect.poll(() => blue!.sessions()).toMatchObject({ busy_render_count: 1 });
			expect(await blue!.reload(600)).toBe(1);
			await hide(old);
			expect([await heading(old), await old.locator('textarea').inputValue()]).toEqual(['One', 'a draft']);
			await old.locator('textarea').fill('');
			await expect.poll(() => heading(old).catch(() => '')).toBe('Two');
		},
	);
});

test('who pastes the page on Express has two versions side by side on this machine, and goes back', async () => {
	const home = await mkdtemp(join(tmpdir(), 'pulse-newcomer-'));
	const cwd = join(home, 'my-app');
	onTestFinished(() => rm(home, { recursive: true, force: true }));
	await mkdir(cwd);
	await symlink(join(ROOT, 'node_modules'), join(home, 'node_modules'));
	await writeFile(join(cwd, 'package.json'), '{"name":"my-app","type":"module"}');
	const save = (title: string) => paste('docs/add-to-express.md', cwd, title);
	await save('One');
	// What comes before is installed by now; `test/outside/add-to.ts` pastes that as well.
	const commands = commandsOfPage('docs/add-to-express.md', '## From nothing');
	const [up = '', init = '', deploy = '', again = '', rollback = ''] = commands.slice(
		commands.findIndex((line) => line.includes('local up')),
	);
	expect([init, deploy, again, rollback]).toEqual([
		'pulse-railway init app.ts',
		'pulse-railway deploy app.ts',
		'pulse-railway deploy app.ts',
		'pulse-railway rollback',
	]);
	const terminal = new Terminal({
		cwd,
		env: { PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env.PATH}`, HOME: home },
	});
	onTestFinished(() => terminal.close());
	await terminal.open();
	await terminal.type(
		up.replace('--detach', `--detach --node-modules ${join(ROOT, 'node_modules')} --build-command true`),
	);
	onTestFinished(() => terminal.type('pulse-railway local down --purge').then(() => {}));
	const made = await terminal.type(init);
	const port = Number(/Ready at http:\/\/127\.0\.0\.1:(\d+)/.exec(made)?.[1]);
	await terminal.type(lineToPaste(made));
	const visit = async (query = '') => {
		const { headers, body } = await ask(port, `/${query}`, { headers: { ...DOCUMENT, host: `127.0.0.1:${port}` } });
		return { by: headers['x-pulse-selected-deployment'], title: /<h1>(\w+)/.exec(body)?.[1] };
	};
	await terminal.type(deploy);
	const first = await visit();
	await save('Two');
	await terminal.type(again);
	expect([first.title, (await visit()).title]).toEqual(['One', 'Two']);
	expect(await visit(`?pulse_deployment=${first.by}`)).toEqual(first);
	await terminal.type(rollback);
	expect(await visit()).toEqual(first);
	expect(await readFile(join(cwd, 'app.ts'), 'utf8')).toContain('<h1>Two<');
}, 120_000);
