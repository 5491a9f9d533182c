import { describe, expect, it } from 'vitest';
import { PLUGIN_BRAND } from '../brand.ts';
import type { Plugin } from '../plugin.ts';
import type { ChannelOpener } from '../render/channel.ts';
import { Browser, serve } from '../testing/harness.ts';

const counter: ChannelOpener = (channel) => {
	let count = 0;
	channel.on('increment', () => ++count);
	channel.on('read', async () => count);
};

describe('a socket', () => {
	it('finds the state of its page again after a lost connection', async () => {
		const { url, running } = await serve({ channels: { counter } });
		const browser = new Browser(url);
		await browser.open();
		const page = await browser.connect().ready();
		expect(await page.request('counter', 'increment')).toBe(1);
		expect(await page.request('counter', 'increment')).toBe(2);
		page.socket.disconnect();
		await expect.poll(() => running.renderSessions()).toEqual({ total: 1, connected: 0, resumable: 1 });
		const back = await browser.connect().ready();
		expect(await back.request('counter', 'read')).toBe(2);
		expect(running.renderSessions()).toEqual({ total: 1, connected: 1, resumable: 0 });
	});

	it('has state of its own for each page', async () => {
		const { url } = await serve({ channels: { counter } });
		const browser = new Browser(url);
		await browser.open();
		const first = await browser.connect().ready();
		await first.request('counter', 'increment');
		await browser.open();
		const second = await browser.connect({ auth: { ...browser.directives?.socketio.auth } }).ready();
		expect(await second.request('counter', 'read')).toBe(0);
	});

	it('is refused without a cookie, without a render id, and on a render session of somebody else', async () => {
		const { url } = await serve();
		const [anna, bob] = [new Browser(url), new Browser(url)];
		await anna.open();
		await bob.open();
		await expect(anna.connect({ cookie: null }).ready()).rejects.toBe('no_session');
		await expect(anna.connect({ auth: {} }).ready()).rejects.toBe('no_render_id');
		const auth = anna.directives?.socketio.auth as object;
		await expect(bob.connect({ auth }).ready()).rejects.toBe('not_owner');
	});

	it('is refused on a copied tab, but not on a reconnect of the same page', async () => {
		const { url } = await serve({ channels: { counter } });
		const browser = new Browser(url);
		const { auth } = (await browser.open()).socketio;
		const first = await browser.connect({ auth: { ...auth, __pulse_page_instance_id: 'a' } }).ready();
		const copy = browser.connect({ auth: { ...auth, __pulse_page_instance_id: 'b' } });
		await expect(copy.ready()).rejects.toBe('render_id_collision');
		// The old socket of a page is still open while the network has it believe so.
		const again = await browser.connect({ auth: { ...auth, __pulse_page_instance_id: 'a' } }).ready();
		expect(await again.request('counter', 'increment')).toBe(1);
		await expect.poll(() => first.socket.connected).toBe(false);
	});

	it('with an unknown render id is told to reload, in a new session (P1.5, P1.8)', async () => {
		const { url, running } = await serve();
		const browser = new Browser(url);
		await browser.open();
		const page = await browser.connect({ auth: { render_id: 'f'.repeat(32) } }).ready();
		expect(running.renderSessions().total).toBe(2);
		await page.hear({ type: 'reload' });
		page.say({ type: 'attach', path: '/', routeInfo: null, attachId: '1' });
		await expect.poll(() => page.heard).toEqual([{ type: 'reload' }, { type: 'reload' }]);
	});

	it('whose state is with another process is told so instead of beginning anew in silence', async () => {
		const secret = { env: { PULSE_SECRET: 's'.repeat(32) } };
		const [one, other] = [
			await serve({ channels: { counter } }, secret),
			await serve({ channels: { counter } }, secret),
		];
		const browser = new Browser(one.url);
		await browser.open();
		const page = await browser.connect().ready();
		await page.request('counter', 'increment');
		expect(page.heard.filter((message) => message.type === 'reload')).toEqual([]);
		page.socket.disconnect();
		await browser.connect({ origin: other.url }).hear({ type: 'reload' });
		// Where its state is, it only comes back.
		const back = await browser.connect().ready();
		expect(await back.request('counter', 'read')).toBe(1);
		expect(back.heard.filter((message) => message.type === 'reload')).toEqual([]);
	});

	it('with a cookie that no server of ours made is told to reload, and leaves nothing behind', async () => {
		const { url, running } = await serve();
		const page = new Browser(url).connect({
			cookie: `pulse.sid=${'a'.repeat(32)}`,
			auth: { render_id: 'f'.repeat(32) },
		});
		await page.hear({ type: 'reload' });
		expect(running.renderSessions().total).toBe(0);
	});

	it('is told to reload where a plugin says so, and refused where it says no', async () => {
		const { url } = await serve({
			plugins: [
				{
					[PLUGIN_BRAND]: 1,
					name: 'p',
					onConnect: (query) => (query.pulse_deployment === 'old' ? 'reload' : query.pulse_deployment !== 'bad'),
				},
			],
		});
		const browser = new Browser(url);
		await browser.open();
		await browser.connect({ query: { pulse_deployment: 'old' } }).hear({ type: 'reload' });
		await expect(browser.connect({ query: { pulse_deployment: 'bad' } }).ready()).rejects.toBe('refused');
	});

	it('whose page says that it failed is told to each plugin with its visitor, also where one of them fails at that', async () => {
		const heard: string[] = [];
		const fail = () => {
			throw new Error('of a plugin');
		};
		const failing = (onPageError: () => unknown): Plugin => {
			return { [PLUGIN_BRAND]: 1, name: 'failing', priority: 9, onPageError: onPageError as () => void };
		};
		const ear: Plugin = { [PLUGIN_BRAND]: 1, name: 'ear', onPageError: (_headers, id) => void heard.push(id) };
		const { url } = await serve({ plugins: [failing(fail), failing(async () => fail()), ear], channels: { counter } });
		const browser = new Browser(url);
		for (const _page of [1, 2]) {
			await browser.open();
			const page = await browser.connect().ready();
			page.say({ type: 'presence', state: 'idle', error: true });
			expect(await page.request('counter', 'increment')).toBe(1);
		}
		expect(heard).toEqual([heard[0], heard[0]]);
	});

	it('cannot use long polling', async () => {
		const { url } = await serve();
		expect((await fetch(`${url}/socket.io/?EIO=4&transport=polling`)).status).toBe(400);
	});

	it('survives messages that are not of the protocol', async () => {
		const { url } = await serve({ channels: { counter } });
		const browser = new Browser(url);
		await browser.open();
		const page = await browser.connect().ready();
		for (const junk of [null, 'x', [[[], [], [], []], { type: 'nonsense' }], [[[1], [], [], []], { a: 9 }], { a: 1 }]) {
			page.socket.emit('message', junk);
		}
		expect(await page.request('counter', 'increment')).toBe(1);
	});
});

describe('reload', () => {
	it('reaches every connected browser and counts them', async () => {
		const { url, running } = await serve();
		const browsers = [new Browser(url), new Browser(url)];
		const pages = [];
		for (const browser of browsers) {
			await browser.open();
			pages.push(await browser.connect().ready());
		}
		await new Browser(url).open();
		expect(running.reload()).toBe(2);
		for (const page of pages) await page.hear({ type: 'reload' });
	});
});
