import { describe, expect, it } from 'vitest';
import { Browser, serve } from '../testing/harness.ts';
import type { Channel, ChannelOpener } from './channel.ts';

const counter: ChannelOpener = (channel) => {
	let count = 0;
	channel.on('increment', () => ++count);
	channel.on('read', async () => count);
	channel.on('fail', () => {
		throw new Error('secret');
	});
};

/** A page that has opened the channel `feed` and lost its socket. */
async function away() {
	let feed: Channel | undefined;
	const { url, running } = await serve({
		channels: {
			feed: (channel) => {
				feed = channel;
				channel.on('open', () => true);
			},
		},
	});
	const browser = new Browser(url);
	await browser.open();
	const page = await browser.connect().ready();
	await page.request('feed', 'open');
	page.socket.disconnect();
	await expect.poll(() => running.renderSessions().connected).toBe(0);
	return { browser, tick: (payload: unknown) => feed?.send('tick', payload) };
}

describe('channels', () => {
	it('answer errors without their reason, and unknown names', async () => {
		const { url } = await serve({ channels: { counter } });
		const browser = new Browser(url);
		await browser.open();
		const page = await browser.connect().ready();
		await expect(page.request('counter', 'fail')).rejects.not.toThrow(/secret/);
		await expect(page.request('counter', 'missing')).rejects.toThrow(/no handler/);
		await expect(page.request('constructor', 'x')).rejects.toThrow(/no channel/);
		expect(await page.request('counter', 'increment')).toBe(1);
	});

	it('that cannot be opened answer so, and are opened again by the next message', async () => {
		let attempts = 0;
		const opener: ChannelOpener = (channel) => {
			attempts += 1;
			if (attempts === 1) throw new Error('secret');
			channel.on('attempts', () => attempts);
		};
		const { url } = await serve({ channels: { opener } });
		const browser = new Browser(url);
		await browser.open();
		const page = await browser.connect().ready();
		await expect(page.request('opener', 'attempts')).rejects.toThrow('the server failed to handle this');
		expect(await page.request('opener', 'attempts')).toBe(2);
		expect(await page.request('opener', 'attempts')).toBe(2);
	});

	it('survive callbacks that fail at their end', async () => {
		const closed: string[] = [];
		const { url, running } = await serve({
			sessionTimeoutSeconds: 0.05,
			channels: {
				failing: (channel) => {
					channel.on('open', () => true);
					channel.onClose(() => {
						throw new Error('at the end');
					});
					channel.onClose(async () => {
						throw new Error('after the end');
					});
					channel.onClose(() => closed.push('last'));
				},
			},
		});
		const browser = new Browser(url);
		await browser.open();
		const page = await browser.connect().ready();
		await page.request('failing', 'open');
		page.socket.disconnect();
		await expect.poll(() => closed).toEqual(['last']);
		expect(running.renderSessions().total).toBe(0);
	});

	it('send what was said when it was said, and refuse at once what cannot be sent', async () => {
		const { browser, tick } = await away();
		const payload = { n: 1 };
		tick(payload);
		payload.n = 2;
		expect(() => tick(() => {})).toThrow(TypeError);
		const back = await browser.connect().ready();
		expect(await back.hear({ event: 'tick' })).toMatchObject({ payload: { n: 1 } });
	});

	it('keep what they send while the browser is away, in order', async () => {
		const { browser, tick } = await away();
		for (const n of [1, 2, 3]) tick(n);
		const back = await browser.connect().ready();
		await back.hear({ payload: 3 });
		expect(back.heard.map((message) => 'payload' in message && message.payload)).toEqual([1, 2, 3]);
	});

	it('reload a page that missed more than can be kept', async () => {
		const { browser, tick } = await away();
		for (let n = 0; n < 101; n += 1) tick(n);
		const back = await browser.connect().ready();
		await back.hear({ type: 'reload' });
		expect(back.heard).toHaveLength(1);
	});
});
