import { expect, test, vi } from 'vitest';
import { inEachBrowser } from '../../packages/pulse-app/src/testing/browsers.ts';
import { oneBrowser } from '../../packages/pulse-app/src/testing/one-browser.ts';
import { startEdge } from '../../packages/pulse-edge/src/testing/edge.ts';
import { eventually } from '../../packages/pulse-edge/src/testing/eventually.ts';
import { startContainerApp } from '../support/container-app.ts';

// Real browsers, beside other tests.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** `npm test` compiles first: the edge serves the compiled tab script. */
inEachBrowser('the visitors of a canary', ({ launch }) => {
	const browser = oneBrowser(launch);

	test('keep their version over reloads and tabs, when it is widened, and their page when it ends (R2.21) (C1.15)', async () => {
		const apps = { one: await startContainerApp('one'), two: await startContainerApp('two') };
		const { edge, table, port } = await startEdge({
			deployments: { one: apps.one.port, two: apps.two.port },
			container: { affinity: 'tab', healthPath: '/' },
		});
		const origin = `http://127.0.0.1:${port}`;
		const beganAt = Date.now();
		const sends = (share: number) => {
			table.canary = { id: 'two', beganAt, share };
		};
		sends(5_000);
		const got = new Map<string, number>();
		for (let visitor = 0; visitor < 40 && got.size < 2; visitor++) {
			const context = await browser().newContext({ userAgent: `Visitor ${visitor}` });
			const page = await context.newPage();
			await page.goto(origin);
			const version = await page.title();
			if (got.has(version)) continue;
			got.set(version, visitor);
			await page.reload();
			expect(await page.title()).toBe(version);
			const other = await context.newPage();
			await other.goto(`${origin}/?again`);
			expect(await other.title()).toBe(version);
			sends(9_999);
			await other.reload();
			expect(await other.title()).toBe(version);
			// The page that is open asks its own version, whatever happens to the canary.
			table.canary = null;
			expect(await page.evaluate('ways.fetch()')).toBe(version);
			await other.reload();
			expect(await other.title()).toBe('one');
			sends(5_000);
			const sample = edge.context.samples.of({ beganAt })[version === 'two' ? 'canary' : 'active'];
			const before = sample.failures;
			await page.evaluate(
				`setTimeout(() => { throw new Error('a mistake'); }); setTimeout(() => { throw new Error('again'); })`,
			);
			// As when the tab is left: the next report would be due in half a minute.
			await page.goto('about:blank');
			await eventually(() => sample.failures === before + 1, 'its error is counted once');
		}
		expect([...got.keys()].sort()).toEqual(['one', 'two']);
	});
});
