import { expect, it } from 'vitest';
import type { Channel } from '../render/channel.ts';
import { inEachBrowser } from '../testing/browsers.ts';
import { failingNetwork } from '../testing/failing-network.ts';
import { live, status } from '../testing/live-page.ts';
import { tabs } from '../testing/tabs.ts';

/** `npm test` compiles first; the pages below load the compiled client. */
inEachBrowser('a connection that died unnoticed', (browser) => {
	const { connected } = tabs(browser);

	async function page() {
		let feed: Channel | undefined;
		const heard: unknown[] = [];
		const { running, loads } = await live({
			channels: {
				feed: (channel) => {
					feed = channel;
					channel.on('open', () => true);
					channel.on('said', (payload) => void heard.push(payload));
				},
			},
		});
		const network = await failingNetwork(running.port);
		const tab = await connected(network.url);
		await tab.evaluate(`window.got = []; pulse.channel('feed').on('tick', (n) => got.push(n))`);
		await tab.evaluate(`pulse.channel('feed').request('open')`);
		const tick = (n: number) => feed?.send('tick', n);
		const say = (n: unknown) => tab.evaluate(`pulse.channel('feed').send('said', ${n})`);
		return { tab, network, loads, heard, tick, say, got: () => tab.evaluate('window.got') };
	}
	const back = async ({ tab }: Awaited<ReturnType<typeof page>>) => {
		await expect.poll(() => status(tab)).toBe('connected');
		expect(await tab.evaluate(`pulse.channel('feed').request('open')`)).toBe(true);
	};

	it('loses nothing, repeats nothing and keeps the order, both ways and more than once', async () => {
		const life = await page();
		const { network, tick, say, tab } = life;
		let n = 0;
		const both = async () => {
			n += 1;
			tick(n);
			await say(n);
		};
		for (let round = 0; round < 3; round += 1) {
			await both();
			await back(life);
			for (const last = n + 25; n < last; ) await both();
			network.swallow();
			await both();
			await both();
			network.cut();
			await expect.poll(() => status(tab)).toBe('disconnected');
			await both();
			await back(life);
		}
		const all = Array.from({ length: n }, (_, index) => index + 1);
		await expect.poll(life.got).toEqual(all);
		await expect.poll(() => life.heard).toEqual(all);
		expect(life.loads()).toBe(1);
	});

	it('confirms what it gets when much comes, so that the server need not keep it', async () => {
		const life = await page();
		await life.tab.evaluate(`{
			window.frames = [];
			const { send } = WebSocket.prototype;
			WebSocket.prototype.send = function (frame) { frames.push(frame); return send.call(this, frame); };
		}`);
		life.network.cut();
		await expect.poll(() => status(life.tab)).toBe('disconnected');
		await back(life);
		for (let n = 0; n < 25; n += 1) life.tick(n);
		await expect.poll(() => life.tab.evaluate('frames.some((frame) => /^43\\d+\\[/.test(frame))')).toBe(true);
	});

	it('loads the page anew when more is lost than can be caught up with', async () => {
		const { network, tick, loads, tab } = await page();
		network.swallow();
		for (let n = 0; n < 101; n += 1) tick(n);
		network.cut();
		await expect.poll(loads).toBe(2);
		await expect.poll(() => status(tab)).toBe('connected');
	});

	it('repeats no request: whoever made it was told that it is lost', async () => {
		const life = await page();
		life.network.swallow();
		await life.tab.evaluate(`void (window.lost = pulse.channel('feed').request('said', 'asked').catch((e) => e.name))`);
		await life.say(1);
		life.network.cut();
		expect(await life.tab.evaluate('lost')).toBe('ConnectionLostError');
		await back(life);
		await expect.poll(() => life.heard).toEqual([1]);
	});
});
