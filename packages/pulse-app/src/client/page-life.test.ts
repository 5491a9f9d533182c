import { expect, it } from 'vitest';
import { PLUGIN_BRAND } from '../brand.ts';
import type { Plugin } from '../plugin.ts';
import { inEachBrowser } from '../testing/browsers.ts';
import { Browser } from '../testing/harness.ts';
import { hide, live, show, status } from '../testing/live-page.ts';
import { tabs } from '../testing/tabs.ts';

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

	it('says once that its script has failed or a part of it did not load, and plugins hear of it with its cookies', async () => {
		const heard: (string | undefined)[] = [];
		const ear: Plugin = {
			[PLUGIN_BRAND]: 1,
			name: 'ear',
			onPageError: ({ cookie }) => void heard.push(cookie),
		};
		const { url } = await live({ plugins: [ear] });
		const [script, part, well] = [await connected(url), await connected(url), await connected(url)];
		await script.context().addCookies([{ name: 'pulse_canary', value: 'r1.canary', url }]);
		await script.evaluate(`setTimeout(() => { throw new Error('broken'); })`);
		await expect.poll(() => heard.length).toBe(1);
		await part.evaluate(`document.body.append(Object.assign(new Image(), { src: '/_pulse/nothing.png' }))`);
		await expect.poll(() => heard.length).toBe(2);
		// A page that is asked for its state again says it again.
		await hide(script);
		await show(script);
		await expect.poll(() => status(script)).toBe('connected');
		await script.evaluate(`setTimeout(() => { throw new Error('again'); })`);
		await hide(well);
		await expect.poll(() => heard.length, { timeout: 1_500 }).toBe(2);
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
		const page = await connected(url);
		const slowest = async (expected: number) => {
			const began = Date.now();
			running.reload();
			await expect.poll(loads, { interval: 20 }).toBe(expected);
			const took = Date.now() - began;
			await expect.poll(() => status(page)).toBe('connected');
			return took;
		};
		for (const expected of [2, 3, 4]) await slowest(expected);
		expect(await slowest(5)).toBeGreaterThan(900);
	});

	it('does not load anew for ever: it says so, and tries again when somebody comes back', async () => {
		const { url, running, loads } = await live();
		const page = await connected(url);
		await page.evaluate('sessionStorage.__PULSE_RELOADS = JSON.stringify(Array(20).fill(Date.now() - 60_000))');
		running.reload();
		await expect.poll(() => status(page)).toBe('refused');
		expect(loads()).toBe(1);
		await show(page);
		await expect.poll(loads).toBe(2);
		await expect.poll(() => status(page)).toBe('connected');
	});

	it('loads anew when another page holds its render session', async () => {
		const { url, loads } = await live();
		// In the background: it has a render session, and does not come for it yet.
		const page = await visit(
			url,
			"Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })",
		);
		await page.evaluate('connecting.then(() => null)');
		const first = await page.evaluate('pulse.renderId');
		const [cookie] = await page.context().cookies();
		const copy = new Browser(url).connect({
			auth: { render_id: first, __pulse_page_instance_id: 'a copy' },
			query: { pulse_deployment: 'blue' },
			cookie: `${cookie?.name}=${cookie?.value}`,
		});
		await copy.ready();
		await show(page);
		await expect.poll(loads).toBe(2);
		const renderId = () => page.evaluate('connecting.then((pulse) => pulse.renderId)').catch(() => first);
		await expect.poll(renderId).not.toBe(first);
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
