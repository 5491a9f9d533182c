import { expect, it } from 'vitest';
import { PLUGIN_BRAND } from '../brand.ts';
import type { Plugin } from '../plugin.ts';
import { inEachBrowser } from '../testing/browsers.ts';
import { hide, live, show, status } from '../testing/live-page.ts';
import { tabs } from '../testing/tabs.ts';

/** Keeps how long the page waits before it loads itself anew. */
const RECORD_RELOADS = `{
	const { setTimeout } = window;
	window.setTimeout = (callback, wait) => {
		if (String(callback).includes('location.reload')) window.reloadWait = wait;
		return setTimeout(callback, wait);
	};
}`;

/** `npm test` compiles first; the pages below load the compiled client. */
inEachBrowser('a page in the browser', (browser) => {
	const { visit, connected } = tabs(browser);

	it('loads the page anew when its deployment is gone, but not for a plain conflict', async () => {
		let answer: 'ok' | 'conflict' | 'stale' = 'conflict';
		const { url, loads } = await live({
			intercept: (request, response) => {
				if (!request.url?.startsWith('/data') || answer === 'ok') return false;
				response.writeHead(409, answer === 'stale' ? { 'x-pulse-stale-affinity': '1' } : {}).end();
				return true;
			},
		});
		const page = await connected(url);
		expect(await page.evaluate(`pulse.fetch('/data').then((r) => r.status)`)).toBe(409);
		expect(await status(page)).toBe('connected');
		answer = 'stale';
		expect(await page.evaluate(`pulse.fetch('/data').then((r) => r.status)`)).toBe(409);
		await expect.poll(loads).toBe(2);
		await expect.poll(() => status(page)).toBe('connected');
	});

	it('gives its socket up while hidden, and finds its session when it comes back', async () => {
		const { url, running } = await live();
		const page = await connected(url);
		await hide(page);
		await expect.poll(() => running.renderSessions()).toEqual({ total: 1, connected: 0, resumable: 1 });
		await show(page);
		await expect.poll(() => running.renderSessions()).toEqual({ total: 1, connected: 1, resumable: 0 });
		await expect.poll(() => status(page)).toBe('connected');
	});

	it('loads anew when it comes back and cannot connect', async () => {
		let down = false;
		const door: Plugin = {
			[PLUGIN_BRAND]: 1,
			name: 'door',
			onConnect: () => {
				if (down) throw new Error('not now');
				return true;
			},
		};
		const { url, loads } = await live({ plugins: [door] });
		const page = await connected(
			url,
			`{
			const { setTimeout } = window;
			window.setTimeout = (callback, wait) => setTimeout(callback, wait === 10_000 ? 300 : wait);
		}`,
		);
		await hide(page);
		down = true;
		await show(page);
		await expect.poll(loads).toBe(2);
		down = false;
		await expect.poll(() => status(page)).toBe('connected');
	});

	it('loads anew when the server asks, and slows down when that does not help', async () => {
		const { url, running, loads } = await live();
		const page = await connected(url, RECORD_RELOADS);
		for (const expected of [2, 3, 4]) {
			running.reload();
			await expect.poll(loads).toBe(expected);
			await expect.poll(() => status(page)).toBe('connected');
		}
		running.reload();
		await expect.poll(() => status(page)).toBe('reloading');
		expect(await page.evaluate('reloadWait')).toBe(1000);
		await expect.poll(loads).toBe(5);
		await expect.poll(() => status(page)).toBe('connected');
	});

	it('does not load anew for ever: it says so, and tries again when somebody comes back or ten minutes later', async () => {
		const { url, running, loads } = await live();
		const page = await connected(url, RECORD_RELOADS);
		await page.evaluate('sessionStorage.__PULSE_RELOADS = JSON.stringify(Array(20).fill(Date.now() - 60_000))');
		running.reload();
		await expect.poll(() => status(page)).toBe('refused');
		expect(loads()).toBe(1);
		expect(await page.evaluate('reloadWait')).toBe(600_000);
		await show(page);
		await expect.poll(loads).toBe(2);
		await expect.poll(() => status(page)).toBe('connected');
	});

	it('waits a minute before it loads anew once more where it cannot remember that it did', async () => {
		const { url, running, loads } = await live();
		const page = await connected(
			url,
			`${RECORD_RELOADS} Storage.prototype.setItem = () => { throw new Error('full') };`,
		);
		running.reload();
		await expect.poll(loads).toBe(2);
		await expect.poll(() => status(page)).toBe('connected');
		running.reload();
		await expect.poll(() => status(page)).toBe('reloading');
		expect(await page.evaluate('reloadWait')).toBe(60_000);
	});

	it('loads anew when another page holds its render session', async () => {
		const { url, loads } = await live();
		const page = await connected(url);
		const [first, other] = [await page.evaluate('pulse.renderId'), `${url}/page`];
		// A second socket with the same render id from another page load, as a copied tab would open.
		await page.evaluate(`import('/_pulse/client/socket.js').then(async ({ openSocket }) => {
			const { io } = await import('/_pulse/client/socket.io.js');
			openSocket(io, JSON.parse(sessionStorage.__PULSE_DIRECTIVES), { reload: () => location.assign('${other}'),
				onConnected() {}, onDisconnected() {}, onRefused() {}, onMessage() {}, onSent() {} });
		})`);
		await expect.poll(loads).toBe(2);
		await expect.poll(() => status(page)).toBe('connected');
		expect(await page.evaluate('pulse.renderId')).not.toBe(first);
	});

	it('says so, and stays, when the browser keeps no cookies', async () => {
		const { url, loads } = await live();
		const page = await visit(
			url,
			`{
			const { fetch } = window;
			window.fetch = (input, init) => fetch(input, { ...init, credentials: 'omit' });
		}`,
		);
		await expect.poll(() => status(page)).toBe('refused');
		expect(loads()).toBe(1);
	});

	it('waits for a server that is away for a moment', async () => {
		let failures = 2;
		const { url } = await live({
			intercept: (request, response) => {
				if (!request.url?.startsWith('/_pulse/prerender') || failures === 0) return false;
				failures -= 1;
				response.writeHead(502).end();
				return true;
			},
		});
		await connected(url);
	});

	it('loads anew when its cookies were cleared', async () => {
		const { url, loads } = await live();
		const page = await connected(url);
		await hide(page);
		await page.context().clearCookies();
		await show(page);
		await expect.poll(loads).toBe(2);
		await expect.poll(() => status(page)).toBe('connected');
	});

	it('that opens in the background connects when somebody looks', async () => {
		const { url, running } = await live();
		const page = await visit(
			url,
			"Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })",
		);
		await page.evaluate('connecting.then(() => null)');
		expect(await status(page)).toBe('connecting');
		expect(running.renderSessions()).toEqual({ total: 1, connected: 0, resumable: 1 });
		await show(page);
		await expect.poll(() => status(page)).toBe('connected');
	});

	it('is live again when somebody goes back to it', async () => {
		const { url } = await live();
		const page = await connected(url);
		await page.goto(`${url}/page?next`);
		await expect.poll(() => status(page)).toBe('connected');
		await page.goBack();
		await expect.poll(() => status(page)).toBe('connected');
		expect(await page.evaluate(`pulse.channel('echo').request('say', 'back')`)).toBe('back');
	});
});
