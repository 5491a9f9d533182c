import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { AppOptions } from '../app.ts';
import { PLUGIN_BRAND } from '../brand.ts';
import type { Plugin } from '../plugin.ts';
import { serve } from './harness.ts';

export interface LiveOptions extends Partial<AppOptions> {
	readonly intercept?: Plugin['onRequest'];
	/** More of what `connect` is given, as source. */
	readonly connect?: string;
	/** What the page shows. */
	readonly body?: string;
	/** What its deploy tool's plugin calls the replica. Default: it is alone. */
	readonly replica?: string;
	/** What that plugin calls the deployment. Default `blue`. */
	readonly deployment?: string;
	/** What that plugin has versions share. Default: nothing. */
	readonly secret?: string;
}

/** An app with one live page, and what it heard. */
export async function live(options: LiveOptions = {}) {
	const requests: { url: string; headers: NodeJS.Dict<string | string[]> }[] = [];
	const watcher: Plugin = {
		[PLUGIN_BRAND]: 1,
		name: 'watcher',
		sessionSecret: () => options.secret,
		onPrerender: (directives) => {
			directives.query.pulse_deployment = options.deployment ?? 'blue';
			if (options.replica !== undefined) directives.query.pulse_replica = options.replica;
			directives.headers['x-extra'] = 'yes';
		},
		onRequest: (request, response) => {
			requests.push({ url: request.url ?? '', headers: request.headers });
			return options.intercept?.(request, response) ?? false;
		},
	};
	let loads = 0;
	const served = await serve({
		plugins: [watcher],
		channels: {
			echo: (channel) => {
				channel.on('say', (payload) => payload);
				channel.on('never', () => new Promise(() => {}));
				channel.on('push', () => channel.send('pushed', { at: new Date(0) }));
			},
		},
		...options,
		listener: (request, response) => {
			if (request.url?.startsWith('/page') !== true) return response.end('ok');
			loads += 1;
			const { head, module } = served.app.client;
			return response.writeHead(200, { 'content-type': 'text/html', 'cache-control': 'no-store' }).end(
				`<!doctype html>${head}<script type="module">
					import * as client from '${module}';
					window.statuses = [];
					window.connecting = client.connect({
						onStatus: (s) => statuses.push(s), onMessage: (m) => (window.last = m), ${options.connect ?? ''}
					});
					window.connecting.then((p) => { window.pulse = p }, (e) => { window.failure = String(e) });
				</script>${options.body ?? ''}`,
			);
		},
	});
	return { ...served, requests, loads: () => loads };
}

/** The last status that the page's client told. */
export const status = (page: Page) => page.evaluate('globalThis.statuses?.at(-1)').catch(() => 'navigating');

/** Chromium without a window never hides a page by itself. */
export async function hide(page: Page): Promise<void> {
	await expect.poll(() => status(page)).toBe('connected');
	await setVisibility(page, 'hidden');
	await expect.poll(() => status(page)).toBe('disconnected');
}

export function show(page: Page): Promise<void> {
	return setVisibility(page, 'visible');
}

async function setVisibility(page: Page, state: 'hidden' | 'visible'): Promise<void> {
	await page.evaluate(`Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true });
		Object.defineProperty(document, 'hidden', { value: ${state === 'hidden'}, configurable: true });
		document.dispatchEvent(new Event('visibilitychange'))`);
}
