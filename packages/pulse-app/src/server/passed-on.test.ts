import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { PLUGIN_BRAND } from '../brand.ts';
import type { Plugin, PluginContext } from '../plugin.ts';
import { Browser, serve } from '../testing/harness.ts';

/** Another process's are the upgrades to `/other…`, and all that name it in their query. */
function passing(seen: string[] = []): Plugin {
	return {
		[PLUGIN_BRAND]: 1,
		name: 'passing',
		async onUpgrade({ url = '' }, socket, head) {
			await new Promise((resolve) => setTimeout(resolve, 50));
			if (url.startsWith('/fails')) throw new Error('on purpose');
			if (!/other/.test(url)) return false;
			seen.push(head.toString());
			socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: own\r\n\r\n');
			socket.on('data', (data) => socket.write(`heard ${data}`));
			return true;
		},
	};
}

function upgrade(port: number, path: string, early = '') {
	const socket = connect(port, '127.0.0.1');
	onTestFinished(() => void socket.destroy());
	socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: own\r\n\r\n${early}`);
	return socket;
}

describe('an upgrade that a plugin takes over', () => {
	it('is its own, Socket.IO’s included, with what came after the request; it holds the app no more than a passed request', async () => {
		const seen: string[] = [];
		const { running } = await serve({ plugins: [passing(seen)] });
		for (const path of ['/other', '/socket.io/?EIO=4&transport=websocket&to=other']) {
			const socket = upgrade(running.port, path, 'early');
			expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1\.1 101/);
			socket.write('more');
			expect(String((await once(socket, 'data'))[0])).toBe('heard more');
			expect(running.inUse()).toMatchObject({ sockets: 0, websockets: 0 });
			socket.destroy();
		}
		expect(seen).toEqual(['early', 'early']);
	});

	it('is waited for when the app ends, and cut off with its time', async () => {
		const { running } = await serve({ plugins: [passing()] });
		const socket = upgrade(running.port, '/other');
		await once(socket, 'data');
		const closed = once(socket, 'close');
		const closing = running.close({ budgetMs: 60_000 });
		socket.write('still');
		expect(String((await once(socket, 'data'))[0])).toBe('heard still');
		await running.close({ budgetMs: 0 });
		await closing;
		await closed;
	});

	it('is the app’s where the plugin does not want it, and nobody’s where the plugin fails', async () => {
		const { url, running } = await serve({
			plugins: [passing()],
			channels: { echo: (channel) => channel.on('say', (x: unknown) => x) },
			onStart: ({ server }) =>
				void new WebSocketServer({ server, path: '/own' }).on('connection', (socket) =>
					socket.on('message', (data) => socket.send(data)),
				),
		});
		const own = new WebSocket(`${url.replace('http', 'ws')}/own`);
		onTestFinished(() => own.terminate());
		await once(own, 'open');
		own.send('hello');
		expect(String((await once(own, 'message'))[0])).toBe('hello');
		const browser = new Browser(url);
		await browser.open();
		await browser.connect().ready();
		expect(running.inUse()).toMatchObject({ sockets: 2, websockets: 1 });
		await once(upgrade(running.port, '/fails'), 'close');
		expect((await fetch(url)).status).toBe(200);
	});
});

it('a request that a plugin passes on is counted elsewhere, and waited for at the end', async () => {
	let context: PluginContext | null = null;
	let answer: ServerResponse | null = null;
	const plugin: Plugin = {
		[PLUGIN_BRAND]: 1,
		name: 'passing',
		onStart: (given) => {
			context = given;
		},
		onRequest: (_, response) => {
			answer = response;
			context?.passedOn(response);
			return true;
		},
	};
	const { url, running } = await serve({ plugins: [plugin] });
	const asked = fetch(url);
	await expect.poll(() => answer !== null).toBe(true);
	expect(running.inUse()).toMatchObject({ requests: 0, streams: 0 });
	const closing = running.close({ budgetMs: 60_000 });
	(answer as ServerResponse | null)?.end('from elsewhere');
	expect(await (await asked).text()).toBe('from elsewhere');
	await closing;
});
