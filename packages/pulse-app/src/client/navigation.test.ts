import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { notFound, redirect } from '../render/view.ts';
import { inEachBrowser } from '../testing/browsers.ts';
import { hide, live, show, status } from '../testing/live-page.ts';
import { tabs } from '../testing/tabs.ts';

/** A page that draws the views of its app, and counts in a channel. */
async function drawing(gone: { yet: boolean } = { yet: false }) {
	return live({
		connect: `onView: (view, url) => { (window.views ??= []).push(view.text + ' at ' + url.pathname + url.search) }`,
		render: ({ path, routeInfo }) => {
			if (path === '/page/old') return redirect('/page/new?from=old');
			if (path === '/page/none') return notFound();
			return { text: `view ${path}${routeInfo.query}` };
		},
		channels: {
			counter: (channel) => {
				let count = 0;
				channel.on('increment', () => ++count);
			},
		},
		// What the router does when the deployment of the page is gone.
		intercept: (request, response) => {
			const location = request.headers['x-pulse-client-loader-location'];
			if (!gone.yet || typeof location !== 'string') return false;
			response.writeHead(302, { location, 'x-pulse-stale-affinity': '1' }).end();
			return true;
		},
	});
}

/** `npm test` compiles first; the pages below load the compiled client. */
inEachBrowser('navigating in the browser', (browser) => {
	const { connected } = tabs(browser);
	const views = (page: Page) => page.evaluate('window.views');
	const increment = (page: Page) => page.evaluate(`pulse.channel('counter').request('increment')`);

	it('keeps the page, its socket and its state, and follows the history', async () => {
		const { url, loads, running } = await drawing();
		const page = await connected(url);
		expect(await increment(page)).toBe(1);
		await page.evaluate(`pulse.navigate('/page/two?x=1')`);
		expect(new URL(page.url()).pathname).toBe('/page/two');
		await page.evaluate('history.back()');
		const seen = ['view /page at /page', 'view /page/two?x=1 at /page/two?x=1', 'view /page at /page'];
		await expect.poll(() => views(page)).toEqual(seen);
		expect(await increment(page)).toBe(2);
		expect(loads()).toBe(1);
		expect(running.renderSessions()).toEqual({ total: 1, connected: 1, resumable: 0 });
	});

	it('never runs an address', async () => {
		const { url, loads } = await drawing();
		const page = await connected(url);
		await expect(page.evaluate(`pulse.navigate('javascript:void(window.ran = true)')`)).rejects.toThrow(/javascript:/);
		expect([await page.evaluate('window.ran'), loads(), await status(page)]).toEqual([undefined, 1, 'connected']);
	});

	it('finds its state again when it reconnects at another path', async () => {
		const { url, loads } = await drawing();
		const page = await connected(url);
		expect(await increment(page)).toBe(1);
		await page.evaluate(`pulse.navigate('/page/two')`);
		await hide(page);
		await show(page);
		await expect.poll(() => status(page)).toBe('connected');
		expect(await increment(page)).toBe(2);
		expect(loads()).toBe(1);
	});

	it('follows redirects of the app, and leaves what has no view to the document', async () => {
		const { url, loads } = await drawing();
		const page = await connected(url);
		await page.evaluate(`pulse.navigate('/page/old')`);
		expect(await views(page)).toEqual(['view /page at /page', 'view /page/new?from=old at /page/new?from=old']);
		expect(page.url()).toBe(`${url}/page/new?from=old`);
		expect(loads()).toBe(1);
		await page.evaluate(`void pulse.navigate('/page/none')`);
		await expect.poll(() => page.url()).toBe(`${url}/page/none`);
		expect(loads()).toBe(2);
	});

	it('loads the new document, not the old one again, when its deployment is gone', async () => {
		const gone = { yet: false };
		const { url, loads, requests } = await drawing(gone);
		const page = await connected(url);
		gone.yet = true;
		await page.evaluate(`void pulse.navigate('/page/two')`);
		await expect.poll(loads).toBe(2);
		await expect.poll(() => views(page)).toEqual(['view /page/two at /page/two']);
		const asked = requests.find(({ headers }) => headers['x-pulse-client-loader'] !== undefined);
		expect(asked?.url).toBe('/_pulse/prerender?pulse_deployment=blue');
		expect(asked?.headers).toMatchObject({
			'x-pulse-client-loader': '1',
			'x-pulse-client-loader-location': page.url(),
		});
	});

	it('loads the document where the page does not draw views', async () => {
		const { url, loads } = await live();
		const page = await connected(url);
		await page.evaluate(`void pulse.navigate('/page/two')`);
		await expect.poll(() => page.url()).toBe(`${url}/page/two`);
		expect(loads()).toBe(2);
	});
});
