import { once } from 'node:events';
import { expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { Channel } from '../render/channel.ts';
import { Browser, serve } from '../testing/harness.ts';

it('a page that does not read any more is cut off, one that had much to read at once is not', async () => {
	const channels: Channel[] = [];
	const { url, running } = await serve({
		channels: {
			feed: (channel) => {
				channels.push(channel);
				channel.on('open', () => true);
			},
		},
	});
	const page = async (browser: Browser) => {
		const { auth } = (await browser.open()).socketio;
		const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, {
			headers: { cookie: browser.cookie ?? '' },
		});
		onTestFinished(() => socket.terminate());
		let heard = 0;
		socket.on('message', () => {
			heard += 1;
		});
		await once(socket, 'open');
		socket.send(`40${JSON.stringify(auth)}`);
		// The handshake of the connection, then that of its namespace.
		await expect.poll(() => heard).toBe(2);
		const open = { type: 'channel_message', channel: 'feed', event: 'open', requestId: 'a' };
		const opened = channels.length + 1;
		socket.send(`42${JSON.stringify(['message', [[[], [], [], []], open]])}`);
		await expect.poll(() => channels.length).toBe(opened);
		return { socket, heard: () => heard, channel: channels.at(-1) as Channel };
	};
	const [busy, stuck] = [await page(new Browser(url)), await page(new Browser(url))];

	for (let n = 0; n < 5000; n += 1) busy.channel.send('tick', n);
	await expect.poll(busy.heard).toBeGreaterThan(5000);

	stuck.socket.pause();
	const large = 'x'.repeat(100_000);
	// Until the network takes no more.
	for (let n = 0; n < 300; n += 1) {
		stuck.channel.send('tick', large);
		await new Promise((resolve) => setImmediate(resolve));
	}
	expect(running.renderSessions().connected).toBe(2);
	const later = Date.now() + 21_000;
	const clock = vi.spyOn(Date, 'now').mockImplementation(() => later);
	onTestFinished(() => clock.mockRestore());
	busy.channel.send('tick', 'last');
	stuck.channel.send('tick', 'last');
	expect(running.renderSessions().connected).toBe(1);
	expect(stuck.channel.render.connected).toBe(false);
});
