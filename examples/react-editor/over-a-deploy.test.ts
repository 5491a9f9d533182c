import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { inEachBrowser } from '../../packages/pulse-app/src/testing/browsers.ts';
import { oneBrowser } from '../../packages/pulse-app/src/testing/one-browser.ts';
import { startRouter } from '../../packages/pulse-railway/src/router/testing/router.ts';
import { runVersion } from '../../test/support/pasted-app.ts';

const EXAMPLE = fileURLToPath(new URL('.', import.meta.url));
const PACKAGES = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** Two versions, each with scripts that the other has not. */
let home: string;
function build(name: string, word: string): string {
	const folder = join(home, name);
	const skipped = /\/(node_modules|dist)$|\.test\.ts$/;
	cpSync(EXAMPLE, folder, { recursive: true, filter: (path) => !skipped.test(path) });
	symlinkSync(PACKAGES, join(folder, 'node_modules'));
	const inspector = join(folder, 'src/inspector.tsx');
	writeFileSync(inspector, readFileSync(inspector, 'utf8').replace(' strokes,', ` ${word},`));
	const PATH = [join(PACKAGES, '.bin'), process.env.PATH].join(delimiter);
	execFileSync('npm', ['run', '--silent', 'build'], { cwd: folder, env: { ...process.env, PATH }, stdio: 'pipe' });
	return folder;
}

beforeAll(() => {
	home = mkdtempSync(join(tmpdir(), 'pulse-editor-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

inEachBrowser('the editor over a deploy', ({ name, launch }) => {
	const browser = oneBrowser(launch);

	it('holds what is not saved, loads late code of its own version, and takes what is not saved along when it moves on', async () => {
		const versions = [build(`blue-${name}`, 'strokes'), build(`green-${name}`, 'lines')];
		// Where a deploy has both keep their users' sessions.
		const env = { PULSE_RAILWAY_REDIS_URL: `sqlite:${join(home, `${name}.db`)}` };
		const [blue, green] = await Promise.all(
			versions.map((folder, n) => runVersion(folder, n === 0 ? 'blue' : 'green', env)),
		);
		onTestFinished(async () => void (await Promise.all([blue!.stop(), green!.stop()])));
		const { port, store, settled } = await startRouter({ deployments: { blue: blue!.port, green: green!.port } });
		const context = await browser().newContext();
		const page = await context.newPage();
		const failed: string[] = [];
		page.on('pageerror', (error) => failed.push(error.message));
		const scripts: string[] = [];
		page.on('response', (response) => {
			if (response.status() >= 400) failed.push(response.url());
			if (response.url().includes('/assets/')) scripts.push(new URL(response.url()).search);
		});
		const status = () => page.locator('#root [role=status]').textContent();
		const version = (shown: Page) => shown.locator('b').textContent();
		await page.goto(`http://127.0.0.1:${port}`);
		await expect.poll(status).toBe('connected, nothing to save');

		const box = await page.locator('svg').boundingBox();
		await page.mouse.move(box!.x + 20, box!.y + 20);
		await page.mouse.down();
		await page.mouse.move(box!.x + 60, box!.y + 80, { steps: 3 });
		await page.mouse.up();
		await expect.poll(status).toBe('connected, not saved');
		await store.promote('green', 'green');
		await settled();
		await page.getByRole('button', { name: 'Inspect' }).click();
		await expect.poll(() => page.locator('#inspector').textContent()).toMatch(/^1 strokes, \d points$/);
		// A router would look for it on older versions too; a load balancer would not.
		expect(scripts.length).toBeGreaterThan(2);
		expect(new Set(scripts)).toEqual(new Set(['?pulse_deployment=blue']));

		await expect
			.poll(() => blue!.sessions())
			.toMatchObject({ held_render_count: 1, held_reasons: ['unsaved drawing'] });
		expect(await blue!.reload(600)).toBe(1);
		expect([await version(page), await page.locator('polyline').count()]).toEqual(['blue', 1]);
		await page.getByRole('button', { name: 'Reload' }).click();
		await expect.poll(() => version(page).catch(() => '')).toBe('green');
		await expect.poll(status).toBe('connected, not saved');
		expect(await page.locator('polyline').count()).toBe(1);
		await page.getByRole('button', { name: 'Save' }).click();
		await expect.poll(status).toBe('connected, nothing to save');
		await page.reload();
		await expect.poll(status).toBe('connected, nothing to save');
		await page.getByRole('button', { name: 'Inspect' }).click();
		await expect.poll(() => page.locator('#inspector').textContent()).toMatch(/^1 lines, \d points$/);
		expect(failed).toEqual([]);
	}, 120_000);
});
