/**
 * A real Python Pulse app on the local platform, deployed as its documentation says, in Chromium and Firefox: the sign-in
 * cookie, an old tab and a new one over two versions; then so many versions that each looks for a port from 5173 on, which
 * must all come back after `local down` and `local up`. Needs Python 3.12 with pulse-framework 0.1.111 and pulse-railway 0.3.13
 * first on the PATH (an activated environment), npm's registry (PULSE_UI_CLIENT names a tarball of pulse-ui-client where
 * that lacks it) and the two browsers. `npm run build && jiti test/outside/python-apps.ts [number of versions, 8]`
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright-core';
import { chromiumMissing, launchChromium } from '../../packages/pulse-app/src/testing/chromium.ts';
import { firefoxMissing, launchFirefox } from '../../packages/pulse-app/src/testing/firefox.ts';
import { jsonOf } from '../support/command.ts';
import { until } from '../support/until.ts';
import { FreshStack, Verdict } from './fresh-stack.ts';
import { PYTHON_APP } from './python-app.ts';

const versions = Number(process.argv[2] ?? 8);
const stack = new FreshStack('python-apps');
const app = join(stack.folder, 'app');
const cwd = app;
for (const [name, text] of Object.entries(PYTHON_APP)) {
	mkdirSync(dirname(join(app, name)), { recursive: true });
	writeFileSync(join(app, name), text);
}
const reason = missing();
if (reason !== null) {
	rmSync(stack.folder, { recursive: true });
	process.stdout.write(`Skipped: ${reason}.\n`);
	process.exit(0);
}
const verdict = new Verdict();
try {
	await stack.up();
	const address = await stack.init(cwd, 'main.py');
	await deploy('v1');
	const visitors = await Promise.all(
		[launchChromium, launchFirefox].map(async (launch) => {
			const browser = await launch();
			const context = await browser.newContext();
			return { browser, context, old: await context.newPage() };
		}),
	);
	for (const { old, context } of visitors) {
		await old.goto(address);
		await clicked(old, '#count', '#count', '1');
		await clicked(old, '#sign-in', '#user', 'ada');
		const [cookie] = (await context.cookies()).filter(({ name }) => name === 'pulse.sid');
		verdict.report(
			'the cookie is kept on http://127.0.0.1',
			'secure',
			cookie?.secure === true ? 'secure' : String(cookie),
		);
	}
	await deploy('v2');
	for (const { old, context, browser } of visitors) {
		await clicked(old, '#count', '#count', '2');
		verdict.report('the old tab stays on its version', 'one on v1', await old.locator('#version').textContent());
		const fresh = await context.newPage();
		await fresh.goto(address);
		verdict.report('a new tab gets the new one', 'one on v2', await fresh.locator('#version').textContent());
		verdict.report('and is signed in', 'ada', await fresh.locator('#user').textContent());
		await old.reload();
		verdict.report('so is the old tab, loaded anew', 'ada', await old.locator('#user').textContent());
		await browser.close();
	}
	for (let n = 3; n <= versions; n++) await deploy(`v${n}`);
	await stack.down();
	await stack.up();
	const back = await until('all versions to be back', allPages(address), 300_000).catch(() => false);
	verdict.report(`${versions} versions come back after down and up`, 'true', String(back));
} finally {
	await stack.purge();
}
verdict.close('A Python app lives here as it does there.');

function missing(): string | null {
	const python = spawnSync('python', ['-c', 'import pulse, pulse_railway; print(pulse.__file__)']);
	if (python.status !== 0) {
		const asked = ['-c', 'import sys; print(sys.version.split()[0], sys.version_info >= (3, 12))'];
		const [version = '', isEnough = ''] = String(spawnSync('python', asked).stdout ?? '')
			.trim()
			.split(' ');
		if (isEnough !== 'True')
			return `pulse-framework needs Python 3.12 or newer, and \`python\` is ${version || 'not here'}`;
		return 'the python on the PATH has no pulse-framework and pulse-railway';
	}
	if (spawnSync('pulse', ['--help']).status !== 0) return 'there is no pulse on the PATH';
	const browser = chromiumMissing() ?? firefoxMissing();
	if (browser !== null) return browser;
	const web = join(app, 'web');
	if (process.env.PULSE_UI_CLIENT) {
		cpSync(process.env.PULSE_UI_CLIENT, join(web, 'pulse-ui-client.tgz'));
		const manifest = readFileSync(join(web, 'package.json'), 'utf8');
		const client = '"pulse-ui-client": "file:pulse-ui-client.tgz"';
		writeFileSync(join(web, 'package.json'), manifest.replace(/"pulse-ui-client": "[^"]*"/, client));
	}
	// What a Dockerfile's `npm ci` needs, as users commit it.
	const lock = spawnSync('npm', ['install', '--package-lock-only', '--ignore-scripts'], { cwd: web });
	return lock.status === 0 ? null : `npm cannot resolve the web root:\n${String(lock.stderr).slice(0, 600)}`;
}

async function deploy(id: string): Promise<void> {
	await jsonOf(['deploy', 'main.py', '--deployment-id', id, '--yes'], { cwd, env: stack.env });
	process.stdout.write(`deployed ${id}\n`);
}

/** A click before the page is live is lost, so it is repeated until it shows. */
async function clicked(page: Page, button: string, shown: string, expected: string): Promise<void> {
	await page.waitForFunction('document.readyState === "complete"');
	await page.waitForTimeout(2000);
	await page.locator(button).click();
	const text = await until(`${expected} in ${shown}`, async () => {
		const found = await page.locator(shown).textContent();
		return found === expected ? found : null;
	}).catch(String);
	verdict.report(`${button} shows in the page`, expected, text);
}

/** Each version renders a page of its own, Node part and all. */
function allPages(address: string): () => Promise<boolean> {
	return async () => {
		for (let n = 1; n <= versions; n++) {
			const response = await fetch(`${address}/?pulse_deployment=v${n}`).catch(() => null);
			if (response?.headers.get('x-pulse-selected-deployment') !== `v${n}` || response.status !== 200) return false;
		}
		return true;
	};
}
