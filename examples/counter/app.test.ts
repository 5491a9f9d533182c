import { once } from 'node:events';
import type { Page } from 'playwright-core';
import { io, type Socket } from 'socket.io-client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { inEachBrowser } from '../../packages/pulse-app/src/testing/browsers.ts';
import { oneBrowser } from '../../packages/pulse-app/src/testing/one-browser.ts';
import { run } from './testing/run.ts';

describe('the counter over bare sockets (R10.11)', () => {
	/** Opens a page's render session as a browser does. */
	async function open(url: string, cookie?: string) {
		const headers: Record<string, string> = cookie === undefined ? {} : { cookie };
		const response = await fetch(`${url}/_pulse/prerender`, { method: 'POST', body: '{"paths":["/"]}', headers });
		const [, { directives }] = (await response.json()) as [
			unknown,
			{ directives: { socketio: { auth: object; query: object } } },
		];
		return { cookie: response.headers.getSetCookie()[0]?.split(';', 1)[0] as string, ...directives.socketio };
	}

	async function connect(url: string, page: { cookie: string; auth: object; query: object }) {
		const { auth, query } = page;
		const socket = io(url, {
			transports: ['websocket'],
			auth,
			query,
			extraHeaders: { cookie: page.cookie },
			forceNew: true,
		});
		onTestFinished(() => void socket.disconnect());
		await once(socket as unknown as NodeJS.EventEmitter, 'connect');
		return socket;
	}

	let requests = 0;
	function request(socket: Socket, channel: string, event: string): Promise<{ count: number; deployment: string }> {
		const requestId = `r${++requests}`;
		return new Promise((resolve) => {
			socket.on('message', ([, message]) => {
				if (message.responseTo === requestId) resolve(message.payload);
			});
			socket.emit('message', [[[], [], [], []], { type: 'channel_message', channel, event, requestId }]);
		});
	}

	it('counts for each tab, keeps the count over a reconnect, and shares the visitor', async () => {
		const { url } = await run();
		const tab = await open(url);
		const first = await connect(url, tab);
		expect(await request(first, 'tab', 'increment')).toEqual({ count: 1, deployment: 'blue-1' });
		expect(await request(first, 'tab', 'increment')).toEqual({ count: 2, deployment: 'blue-1' });
		expect(await request(first, 'visitor', 'increment')).toMatchObject({ count: 1 });
		first.disconnect();
		expect(await request(await connect(url, tab), 'tab', 'read')).toMatchObject({ count: 2 });

		const second = await connect(url, await open(url, tab.cookie));
		expect(await request(second, 'tab', 'read')).toMatchObject({ count: 0 });
		expect(await request(second, 'visitor', 'increment')).toMatchObject({ count: 2 });
		expect(await request(await connect(url, await open(url)), 'visitor', 'read')).toMatchObject({ count: 0 });
	});
});

inEachBrowser('the counter', ({ launch }) => {
	const browser = oneBrowser(launch);

	const shown = (page: Page, id: string) => page.locator(`#${id} output`).textContent();
	const status = (page: Page) => page.locator('body').getAttribute('data-status');
	async function visit(url: string, context = browser().newContext()): Promise<Page> {
		const page = await (await context).newPage();
		await page.goto(url);
		await expect.poll(() => status(page)).toBe('connected');
		await expect.poll(() => shown(page, 'tab')).toBe('0');
		return page;
	}

	it('counts, shows its deployment, and gives a second tab a count of its own', async () => {
		const { url } = await run();
		const page = await visit(url);
		expect(await page.locator('h1').textContent()).toMatch(/v1\s*blue-1/i);
		await page.click('#tab');
		await page.click('#tab');
		await page.click('#visitor');
		await expect.poll(() => shown(page, 'tab')).toBe('2');
		await expect.poll(() => shown(page, 'visitor')).toBe('1');

		const second = await visit(url, Promise.resolve(page.context()));
		expect(await shown(second, 'tab')).toBe('0');
		await expect.poll(() => shown(second, 'visitor')).toBe('1');
		expect(await shown(page, 'tab')).toBe('2');
	});

	it('keeps its count when the connection is lost', async () => {
		const { url } = await run();
		const page = await visit(url);
		await page.click('#tab');
		await expect.poll(() => shown(page, 'tab')).toBe('1');
		await page.context().setOffline(true);
		await hide(page);
		await expect.poll(() => status(page)).toBe('disconnected');
		await page.context().setOffline(false);
		await show(page);
		await expect.poll(() => status(page)).toBe('connected');
		await page.click('#tab');
		await expect.poll(() => shown(page, 'tab')).toBe('2');
	});

	it('loads anew when its server has lost its state, and comes back at zero', async () => {
		const first = await run();
		const page = await visit(first.url);
		await page.click('#tab');
		await expect.poll(() => shown(page, 'tab')).toBe('1');
		await first.stop();
		await expect.poll(() => status(page)).toBe('disconnected');
		await run(first.port, { COUNTER_LABEL: 'v2' });
		await expect.poll(() => page.locator('body').getAttribute('data-label'), { timeout: 15_000 }).toBe('v2');
		await expect.poll(() => shown(page, 'tab'), { timeout: 15_000 }).toBe('0');
	});

	it('reloads when the janitor says so', async () => {
		const { url } = await run();
		const page = await visit(url);
		await page.click('#tab');
		await expect.poll(() => shown(page, 'tab')).toBe('1');
		const headers = { 'x-pulse-railway-internal-token': 'token' };
		const told = await fetch(`${url}/_pulse/internal/railway/reload`, { method: 'POST', headers });
		expect(await told.json()).toMatchObject({ reloaded_socket_count: 1 });
		await expect.poll(() => shown(page, 'tab')).toBe('0');
	});

	const setVisibility = (page: Page, state: string) =>
		page.evaluate(`Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true });
			document.dispatchEvent(new Event('visibilitychange'))`);
	const hide = (page: Page) => setVisibility(page, 'hidden');
	const show = (page: Page) => setVisibility(page, 'visible');
});
