import { expect, it } from 'vitest';
import type { AppOptions } from '../app.ts';
import { inEachBrowser } from '../testing/browsers.ts';
import { live } from '../testing/live-page.ts';
import { tabs } from '../testing/tabs.ts';

/** `npm test` compiles first; the pages below load the compiled client. */
inEachBrowser('the fetch of a live page', (browser) => {
	const { connected } = tabs(browser);

	/** A live page whose server answers what it was sent. */
	async function page(options: Partial<AppOptions> = {}) {
		const heard: { method: string; url: string; type: string; pinned: unknown; body: string }[] = [];
		const app = await live({
			...options,
			intercept: async (request, response) => {
				const { method = '', url = '', headers } = request;
				if (!/^\/(sent|page\/sent)/.test(url)) return false;
				const chunks: Buffer[] = [];
				for await (const chunk of request) chunks.push(chunk as Buffer);
				const body = Buffer.concat(chunks).toString();
				const type = headers['content-type'] ?? '';
				heard.push({ method, url, type, pinned: headers['x-pulse-deployment'], body });
				response.end(`${method} ${url} ${body}`);
				return true;
			},
		});
		const tab = await connected(app.url);
		return { ...app, tab, heard, text: (call: string) => tab.evaluate(`${call}.then((r) => r.text())`) };
	}

	it.each([
		['an address', `'/sent'`, 'GET /sent?pulse_deployment=blue '],
		['a URL', `new URL('/sent', location)`, 'GET /sent?pulse_deployment=blue '],
		['a Request', `new Request('/sent')`, 'GET /sent?pulse_deployment=blue '],
		['a method', `'/sent', { method: 'DELETE' }`, 'DELETE /sent?pulse_deployment=blue '],
		['a body', `'/sent', { method: 'POST', body: 'a' }`, 'POST /sent?pulse_deployment=blue a'],
		[
			'a Request with a body',
			`new Request('/sent', { method: 'PUT', body: 'b' })`,
			'PUT /sent?pulse_deployment=blue b',
		],
		['a Request without one', `new Request('/sent', { method: 'POST' })`, 'POST /sent?pulse_deployment=blue '],
		[
			'a Request and what changes it',
			`new Request('/sent', { method: 'POST', body: 'c' }), { method: 'PUT', body: 'd' }`,
			'PUT /sent?pulse_deployment=blue d',
		],
		['a query, as it was written', `'/sent?flag&a=%20&b[]=1'`, 'GET /sent?flag&a=%20&b[]=1&pulse_deployment=blue '],
		[
			'a pin of its own, replaced',
			`'/sent?pulse_deployment=x&pulse%5Fdeployment=y&z'`,
			'GET /sent?z&pulse_deployment=blue ',
		],
	])('sends %s to the deployment of the page', async (_what, args, answer) => {
		expect(await (await page()).text(`pulse.fetch(${args})`)).toBe(answer);
	});

	it('keeps the kind of a body', async () => {
		const { text, heard } = await page();
		await text(`pulse.fetch('/sent', { method: 'POST', body: new URLSearchParams('a=1') })`);
		await text(`pulse.fetch(new Request('/sent', { method: 'POST', body: new URLSearchParams('a=1') }))`);
		const form = `(() => { const form = new FormData(); form.set('a', 'ä'); return form; })()`;
		await text(`pulse.fetch('/sent', { method: 'POST', body: ${form} })`);
		expect(heard.map(({ type }) => type.split(/;|=/)[0])).toEqual([
			'application/x-www-form-urlencoded',
			'application/x-www-form-urlencoded',
			'multipart/form-data',
		]);
		expect(heard.slice(0, 2).map(({ body }) => body)).toEqual(['a=1', 'a=1']);
		expect(heard[2]?.body).toContain('ä');
	});

	it('follows the base of the document, as the browser does', async () => {
		const { tab, text } = await page();
		await tab.evaluate(`document.head.append(Object.assign(document.createElement('base'), { href: '/page/' }))`);
		expect(await text(`pulse.fetch('sent')`)).toBe('GET /page/sent?pulse_deployment=blue ');
	});

	it.each([
		['blob:', `URL.createObjectURL(new Blob(['inside']))`],
		['data:', `'data:text/plain,inside'`],
	])('leaves %s addresses as they are', async (_kind, address) => {
		const { text } = await page();
		expect(await text(`pulse.fetch(${address})`)).toBe('inside');
		expect(await text(`pulse.fetch(new Request(${address}))`)).toBe('inside');
	});

	it('refuses what is no address as the browser does', async () => {
		const { tab } = await page();
		const refusal = (fetch: string) => tab.evaluate(`${fetch}('http://[').catch((e) => e.name)`);
		expect(await refusal('pulse.fetch')).toBe(await refusal('fetch'));
	});

	it('may take the place of the browser’s own', async () => {
		const { tab, text } = await page();
		await tab.evaluate('void (window.fetch = pulse.fetch)');
		expect(await text(`fetch('/sent')`)).toBe('GET /sent?pulse_deployment=blue ');
		expect(await text(`fetch('data:,inside')`)).toBe('inside');
	});

	it.each([
		[
			'an address',
			`'/sent', { keepalive: true, method: 'POST', body: 'bye' }`,
			'/sent?pulse_deployment=blue',
			undefined,
		],
		['a Request without a body', `new Request('/sent', { keepalive: true })`, '/sent?pulse_deployment=blue', undefined],
		['a Request', `new Request('/sent', { keepalive: true, method: 'POST', body: 'bye' })`, '/sent', 'blue'],
	])('sends the last word of a page that is left, given %s', async (_what, args, url, pinned) => {
		const { tab, heard, url: app } = await page();
		await tab.evaluate(`addEventListener('pagehide', () => void pulse.fetch(${args}))`);
		await tab.goto(`${app}/page`);
		await expect.poll(() => heard).toMatchObject([{ url, pinned, body: args.includes('bye') ? 'bye' : '' }]);
	});
});
