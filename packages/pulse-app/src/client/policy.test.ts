import { expect, it, vi } from 'vitest';
import { PLUGIN_BRAND } from '../brand.ts';
import type { RenderSession } from '../render/render-session.ts';
import { inEachBrowser } from '../testing/browsers.ts';
import { serve } from '../testing/harness.ts';
import { status } from '../testing/live-page.ts';
import { tabs } from '../testing/tabs.ts';

const POLICY = `default-src 'none'; script-src 'nonce-q' 'strict-dynamic'; connect-src 'self' ws:; img-src 'self'; style-src 'none'`;

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** `npm test` compiles first; the pages below load the compiled client. */
inEachBrowser('a page under a strict policy', (browser) => {
	const { visit } = tabs(browser);

	it('is pinned and live, and asks its user, without a word of the browser', async () => {
		let render: RenderSession | undefined;
		const pins: (string | null)[] = [];
		const { url, app } = await serve({
			plugins: [
				{
					[PLUGIN_BRAND]: 1,
					name: 'pinning',
					onPrerender: (directives) => {
						directives.query.pulse_deployment = 'blue';
					},
				},
			],
			render: (view) => {
				render = view.render;
				return null;
			},
			listener: (request, response) => {
				const { pathname, searchParams } = new URL(request.url ?? '/', 'http://app');
				if (pathname === '/data') pins.push(searchParams.get('pulse_deployment'));
				if (pathname !== '/page') return response.end('ok');
				const { headWith, module, banner } = app.client;
				response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': POLICY });
				return response.end(`<!doctype html>${headWith({ nonce: 'q' })}<script type="module" nonce="q">
					import { connect } from '${module}';
					import { banner } from '${banner}';
					window.statuses = [];
					const text = (deadline) => 'New: ' + (deadline !== null);
					connect({ onStatus: (s) => statuses.push(s), onUpdate: banner({ text, now: 'Jetzt', later: 'Nachher' }) });
				</script>`);
			},
		});
		const tab = await visit(
			url,
			`window.blocked = []; addEventListener('securitypolicyviolation', (e) => blocked.push(e.violatedDirective))`,
		);
		await expect.poll(() => status(tab)).toBe('connected');
		await tab.evaluate(`fetch('/data')`);
		expect(pins).toEqual(['blue']);
		render?.send({ type: 'reload', within: 600 });
		const line = tab.getByRole('status');
		await expect.poll(() => line.textContent({ timeout: 500 }).catch(() => '')).toBe('New: trueJetztNachher');
		expect(await tab.evaluate(`getComputedStyle(document.querySelector('[role=status]')).position`)).toBe('fixed');
		await line.getByRole('button', { name: 'Nachher' }).click();
		await expect.poll(() => line.count()).toBe(0);
		expect(await tab.evaluate('blocked')).toEqual([]);
	});
});
