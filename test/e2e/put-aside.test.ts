import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { inEachBrowser } from '../../packages/pulse-app/src/testing/browsers.ts';
import { oneBrowser } from '../../packages/pulse-app/src/testing/one-browser.ts';
import { startEdge } from '../../packages/pulse-edge/src/testing/edge.ts';
import { startContainerApp } from '../support/container-app.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** What drives the browser loses sight of a page that comes back: it says by itself, to another server, what became of it. */
async function startWitness() {
	const said: string[] = [];
	const server = createServer(({ url = '' }, response) => {
		said.push(decodeURIComponent(url.slice(2)));
		response.end();
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	onTestFinished(() => void server.close());
	return { said, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** `npm test` compiles first: the edge serves the compiled tab script. */
inEachBrowser('a page of a container app that its browser puts aside and brings back', ({ launchWithPagesAside }) => {
	const browser = oneBrowser(launchWithPagesAside);

	/** A page of version one, left for another site. */
	async function leave() {
		const apps = { one: await startContainerApp('one'), two: await startContainerApp('two') };
		const elsewhere = await startContainerApp('elsewhere');
		const edge = await startEdge({
			deployments: { one: apps.one.port, two: apps.two.port },
			container: { affinity: 'tab', healthPath: '/' },
		});
		const { said, origin } = await startWitness();
		const context = await browser().newContext();
		await context.addInitScript(`if (location.protocol === 'http:') {
			const { fetch } = window;
			const say = (word) => fetch('${origin}/?' + encodeURIComponent(word), { mode: 'no-cors', keepalive: true });
			addEventListener('error', ({ message }) => say('error ' + message));
			addEventListener('pageshow', async ({ persisted }) => {
				say((persisted ? 'back on ' : 'new on ') + document.title);
				if (persisted) say('asked ' + await ways.fetch());
			});
		}`);
		const page = await context.newPage();
		await page.goto(`http://127.0.0.1:${edge.port}/`);
		await page.goto(`http://localhost:${elsewhere.port}/`);
		await expect.poll(() => said).toEqual(['new on one', 'new on elsewhere']);
		edge.table.promote('two');
		said.length = 0;
		return { table: edge.table, said, back: () => page.evaluate('void setTimeout(() => history.back())') };
	}

	test('goes on with its version while that is there (C1.15)', async () => {
		const { said, back } = await leave();
		await back();
		await expect.poll(() => said).toEqual(['back on one', 'asked one']);
	});

	test('comes back as the newest where its version has gone meanwhile (C1.14)', async () => {
		const { said, back, table } = await leave();
		table.retire('one');
		await back();
		await expect
			.poll(() => said, { timeout: 20_000 })
			.toEqual(['back on one', expect.stringContaining('stale affinity'), 'new on two']);
	});
});
