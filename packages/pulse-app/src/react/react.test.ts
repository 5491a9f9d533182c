import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { RenderSession } from '../render/render-session.ts';
import { inEachBrowser } from '../testing/browsers.ts';
import { serve } from '../testing/harness.ts';
import { tabs } from '../testing/tabs.ts';
import { bundlePage, REACTS, type ReactMajor } from './testing/bundle.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** What a server of its own process makes of the page. */
async function renderedOnServer(react: ReactMajor, parts: readonly string[]): Promise<string> {
	const folder = mkdtempSync(join(tmpdir(), 'pulse-react-'));
	onTestFinished(() => rmSync(folder, { recursive: true }));
	const file = join(folder, 'page.mjs');
	writeFileSync(file, await bundlePage('server-page', react));
	const { html } = (await import(pathToFileURL(file).href)) as { html(parts: readonly string[]): string };
	return html(parts);
}

describe.each(REACTS)('rendered on a server with React $major', (react) => {
	it('a page is not connected yet, and starts nothing', async () => {
		const html = await renderedOnServer(react, ['Status', 'Talk', 'Editor']);
		expect(html).toBe(
			'<p id="Status">connecting</p><button id="push" type="button">0 </button><button id="draw" type="button">0 strokes</button>',
		);
	});
});

/** `npm test` compiles first; the pages below bundle the compiled client. */
inEachBrowser('the hooks of React', (browser) => {
	const { visit } = tabs(browser);

	// The former major once: browsers differ in other things than React does.
	describe.each(REACTS.filter(({ major }) => browser.name === 'Chromium' || major === 19))('$major', (react) => {
		let script: string;
		beforeAll(async () => {
			script = await bundlePage('browser-page', react);
		});

		async function page(parts: readonly string[], { html = '', refuses = (): boolean => false, init = '' } = {}) {
			let loads = 0;
			let render: RenderSession | undefined;
			const served = await serve({
				channels: {
					echo: (channel) => {
						channel.on('say', (payload) => payload);
						channel.on('push', () => channel.send('pushed'));
					},
				},
				render: (view) => {
					if (refuses()) throw new Error('not now');
					render = view.render;
					return null;
				},
				listener: (request, response) => {
					if (request.url === '/page.js') return response.setHeader('content-type', 'text/javascript').end(script);
					if (request.url !== '/page') return response.end();
					loads += 1;
					response.setHeader('content-type', 'text/html').setHeader('cache-control', 'no-store');
					return response.end(`<!doctype html>${served.app.client.head}
						<div id="root" data-parts="${parts}">${html}</div><script type="module" src="/page.js"></script>`);
				},
			});
			const errors: string[] = [];
			const tab = await visit(served.url, init);
			tab.on('pageerror', (error) => errors.push(error.message));
			tab.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
			return { ...served, tab, errors, loads: () => loads, send: (message: object) => render?.send(message as never) };
		}
		const text = (tab: Page, id: string) => tab.locator(`#${id}`).textContent();
		const state = (tab: Page) =>
			tab.evaluate(`(({ state, reason }) => (state + ' ' + reason).trim())(window[Symbol.for('pulse.tab')].state())`);
		const hide = (tab: Page) =>
			tab.evaluate(`Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
				Object.defineProperty(document, 'hidden', { value: true, configurable: true });
				document.dispatchEvent(new Event('visibilitychange'))`);

		it('share one connection, also in StrictMode, and take over what a server rendered', async () => {
			const html = await renderedOnServer(react, ['Status', 'Status other', 'Talk']);
			const { tab, errors, running } = await page(['Status', 'Status other', 'Talk'], {
				html,
				init: `window.errors = []; console.error = (...all) => errors.push(all.join(' '))`,
			});
			await expect.poll(() => text(tab, 'Status')).toBe('connected live');
			expect(await text(tab, 'other')).toBe('connected live');
			await expect.poll(() => text(tab, 'push')).toBe('0 {"text":"early"}');
			expect(running.renderSessions()).toMatchObject({ total: 1, connected: 1 });
			expect([errors, await tab.evaluate('errors')]).toEqual([[], []]);
		});

		it('hear a channel once, by the handler of the last render, and no more when the component is gone', async () => {
			const { tab } = await page(['Status', 'Talk']);
			await expect.poll(() => text(tab, 'push')).toBe('0 {"text":"early"}');
			await tab.click('#push');
			await expect.poll(() => text(tab, 'push')).toMatch(/^1 /);
			await tab.click('#push');
			await expect.poll(() => text(tab, 'push')).toMatch(/^2 /);
			expect(await tab.evaluate('heard')).toEqual(['pushed after 0', 'pushed after 1']);
			await tab.evaluate(`show(['Status'])`);
			const after = `start().then((pulse) => {
				pulse.channel('echo').send('push');
				return pulse.channel('echo').request('say', 'after');
			})`;
			expect(await tab.evaluate(after)).toBe('after');
			expect(await tab.evaluate('heard.length')).toBe(2);
		});

		it('hold the page for as long as there is a reason, without a moment between two, and let go with the component', async () => {
			const { tab, send, loads } = await page(['Status', 'Editor']);
			await expect.poll(() => text(tab, 'Status')).toBe('connected live');
			expect(await state(tab)).toBe('visible');
			await tab.click('#draw');
			await expect.poll(() => state(tab)).toBe('held 1 strokes');
			send({ type: 'reload', within: 600 });
			// What is answered later has come later.
			expect(await tab.evaluate(`start().then((pulse) => pulse.channel('echo').request('say', 'heard'))`)).toBe(
				'heard',
			);
			await hide(tab);
			// What holds a hidden page is all that does.
			for (const strokes of [2, 3]) {
				await tab.evaluate(`document.querySelector('#draw').click()`);
				await expect.poll(() => state(tab)).toBe(`held ${strokes} strokes`);
			}
			expect(loads()).toBe(1);
			await tab.evaluate(`show(['Status'])`);
			await expect.poll(loads).toBe(2);
		});

		it('show one state in all parts of the page, while a slow one is being drawn', async () => {
			const { tab } = await page(['Status']);
			await expect.poll(() => text(tab, 'Status')).toBe('connected live');
			await tab.evaluate(`show(['Status', 'Crowd'], false)`);
			await hide(tab);
			await expect.poll(() => text(tab, 'slow-0')).toBe('disconnected');
			expect(await tab.evaluate('torn')).toBe(0);
		});

		it('say why there is no connection, and go on where a later attempt succeeds', async () => {
			let refused = true;
			const { tab } = await page(['Status', 'Talk'], { refuses: () => refused });
			await expect.poll(() => text(tab, 'Status')).toMatch(/refused to open a render session: 500/);
			refused = false;
			await tab.evaluate('start().then(() => null)');
			await expect.poll(() => text(tab, 'Status')).toBe('connected live');
			await tab.click('#push');
			await expect.poll(() => text(tab, 'push')).toMatch(/^1 /);
		});
	});
});
