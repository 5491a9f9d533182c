import { setTimeout as sleep } from 'node:timers/promises';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Browser, serve } from '../testing/harness.ts';

describe('a Socket.IO server of one’s own', () => {
	it.each([
		['at its default path', {}],
		['there, without its client', { serveClient: false }],
		['there, for websockets alone', { transports: ['websocket' as const] }],
	])('%s is refused at start, with the two lines that mend it', async (_how, options) => {
		const started = serve({ onStart: ({ server }) => void new Server(server, options) });
		await expect(started).rejects.toMatchObject({
			code: 'socket-io-path-taken',
			next: expect.stringMatching(/new Server\(server, \{ path: .*\n.*io\(\{ path: /),
		});
	});

	it('is not what an app puts before every request, also where that waits for something', async () => {
		const { url } = await serve({
			onStart: ({ server }) => {
				const [first] = server.listeners('request');
				server.removeAllListeners('request').on('request', async (...args) => {
					await sleep(1);
					first!(...args);
				});
			},
		});
		expect(await (await fetch(url)).text()).toBe('from the app');
	});

	it.each(['websocket', 'polling'])('at another path is reached by %s, and so are the pages', async (transport) => {
		let heard = 0;
		const { url } = await serve({
			channels: { echo: (channel) => channel.on('say', (payload) => payload) },
			onStart: ({ server }) => {
				new Server(server, { path: '/chat.io/' }).on('connection', (socket) =>
					socket.on('chat', (text, answer) => {
						heard += 1;
						answer(`heard ${text}`);
					}),
				);
			},
		});
		const client = io(url, {
			path: '/chat.io/',
			transports: transport === 'polling' ? ['polling', 'websocket'] : [transport],
		});
		onTestFinished(() => void client.disconnect());
		expect(await client.emitWithAck('chat', 'hi')).toBe('heard hi');
		if (transport === 'polling') {
			await expect.poll(() => client.io.engine.transport.name).toBe('websocket');
			expect(await client.emitWithAck('chat', 'hi')).toBe('heard hi');
		}
		expect(heard).toBe(transport === 'polling' ? 2 : 1);

		const browser = new Browser(url);
		await browser.open();
		const page = await browser.connect().ready();
		page.say({ type: 'attach', path: '/', attachId: '1' });
		expect(await page.request('echo', 'say', 'live')).toBe('live');
		expect(await (await fetch(url)).text()).toBe('from the app');
	});
});
