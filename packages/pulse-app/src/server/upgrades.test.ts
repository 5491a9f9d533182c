import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { Browser, serve } from '../testing/harness.ts';

const echo = {
	echo: (channel: { on(event: string, handler: (x: unknown) => unknown): void }) => channel.on('say', (x) => x),
};

/** As users of ws write it; it answers 400 to every other address. */
function echoAt(server: Server, path: string): void {
	new WebSocketServer({ server, path }).on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
}

async function open(url: string): Promise<WebSocket> {
	const socket = new WebSocket(url.replace('http', 'ws'));
	onTestFinished(() => socket.terminate());
	await once(socket, 'open');
	return socket;
}

async function ask(socket: WebSocket, text: string): Promise<string> {
	socket.send(text);
	return String((await once(socket, 'message'))[0]);
}

async function upgrade(port: number, path: string): Promise<string> {
	const socket = connect(port, '127.0.0.1');
	socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
	return Buffer.concat(await socket.toArray()).toString();
}

describe("the app's own websockets", () => {
	it('live beside the sockets of pages', async () => {
		const { url } = await serve({ channels: echo, onStart: ({ server }) => echoAt(server, '/own') });
		const browser = new Browser(url);
		await browser.open();
		const page = await browser.connect().ready();
		expect(await ask(await open(`${url}/own`), 'mine')).toBe('mine');
		expect(await page.request('echo', 'say', 'theirs')).toBe('theirs');
	});

	it('may be added after the start, as development servers do at their first request', async () => {
		let added = false;
		const served = await serve({
			channels: echo,
			listener: (_request, response) => {
				if (!added) echoAt(served.running.server, '/late');
				added = true;
				response.end();
			},
		});
		await fetch(served.url);
		expect(await ask(await open(`${served.url}/late`), 'mine')).toBe('mine');
		const browser = new Browser(served.url);
		await browser.open();
		expect(await (await browser.connect().ready()).request('echo', 'say', 'theirs')).toBe('theirs');
	});

	it('never see what is reserved', async () => {
		const seen: (string | undefined)[] = [];
		const { running } = await serve({
			onStart: ({ server }) => {
				server.on('upgrade', (request, socket) => {
					seen.push(request.url);
					socket.end('HTTP/1.1 418 Teapot\r\n\r\n');
				});
			},
		});
		expect(await upgrade(running.port, '/_pulse/x')).toMatch(/^HTTP\/1\.1 404/);
		expect(await upgrade(running.port, '/mine?x=1')).toMatch(/^HTTP\/1\.1 418/);
		expect(seen).toEqual(['/mine?x=1']);
	});

	it('stay usable while the app drains, and are closed when its time is over', async () => {
		const { url, running } = await serve({ onStart: ({ server }) => echoAt(server, '/own') });
		const socket = await open(`${url}/own`);
		const closed = once(socket, 'close');
		let ended = false;
		const closing = running.close({ budgetMs: 60_000 }).then(() => {
			ended = true;
		});
		await expect.poll(() => fetch(url).catch(() => null)).toBeNull();
		expect(await ask(socket, 'still here')).toBe('still here');
		expect(ended).toBe(false);
		await running.close({ budgetMs: 0 });
		await closing;
		await closed;
	});
});

describe('an upgrade that nobody wants', () => {
	it('is refused', async () => {
		const { running } = await serve();
		expect(await upgrade(running.port, '/nobody')).toMatch(/^HTTP\/1\.1 404/);
	});
});
