import { type IncomingMessage, request, type Server } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { Browser, serve } from '../testing/harness.ts';

const FREE = { renderSessions: 0, sockets: 0, websockets: 0, requests: 0, streams: 0, jobs: 0 };

describe('what holds an app (decision 21)', () => {
	it('is a stream as long as it flows, and the upload that is not complete', async () => {
		const { url, running } = await serve({
			listener: (incoming: IncomingMessage, response) => {
				if (incoming.method === 'POST') return incoming.resume().on('end', () => response.end('stored'));
				response.writeHead(200, { 'content-type': 'text/event-stream' });
				response.write('data: first\n\n');
			},
		});
		const stream = new AbortController();
		await fetch(`${url}/events`, { signal: stream.signal });
		expect(running.inUse()).toMatchObject({ ...FREE, requests: 1, streams: 1 });
		const upload = request(url, { method: 'POST' });
		const stored = new Promise<IncomingMessage>((resolve) => upload.on('response', resolve));
		upload.write('half');
		await expect.poll(() => running.inUse()).toMatchObject({ requests: 2, streams: 2 });
		stream.abort();
		await expect.poll(() => running.inUse().requests).toBe(1);
		upload.end('rest');
		(await stored).resume();
		await expect.poll(() => running.inUse()).toMatchObject({ ...FREE, requestsBegun: 2 });
	});

	it('is a request that is thought about, which becomes a long poll when nothing is answered for seconds', async () => {
		let answer = () => {};
		const { url, running } = await serve({
			listener: (_, response) => {
				answer = () => response.end('news');
			},
		});
		const asked = fetch(url);
		await expect.poll(() => running.inUse()).toMatchObject({ requests: 1, streams: 0 });
		vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 6_000 });
		onTestFinished(() => void vi.useRealTimers());
		expect(running.inUse()).toMatchObject({ requests: 1, streams: 1 });
		vi.useRealTimers();
		answer();
		await (await asked).text();
		await expect.poll(() => running.inUse()).toMatchObject(FREE);
	});

	it("is a websocket of the app's own, and Socket.IO's", async () => {
		const { url, running } = await serve({ onStart: ({ server }) => addWebSocket(server) });
		const raw = new WebSocket(`${url.replace('http', 'ws')}/raw`);
		await new Promise((resolve) => raw.once('open', resolve));
		expect(running.inUse()).toMatchObject({ ...FREE, sockets: 1, websockets: 1 });
		const browser = new Browser(url);
		await browser.open();
		const page = await browser.connect().ready();
		expect(running.inUse()).toMatchObject({ renderSessions: 1, sockets: 2, websockets: 1 });
		page.socket.disconnect();
		raw.close();
		await expect.poll(() => running.inUse()).toMatchObject({ renderSessions: 1, sockets: 0, requests: 0 });
	});

	it('is nobody who only looks after it', async () => {
		const { url, running } = await serve({ listener: (_, response) => void response.writeHead(200).write('open') });
		await fetch(`${url}/_pulse/health`);
		await fetch(`${url}/_pulse/meta?pulse_deployment=x`);
		await fetch(`${url}/_pulse/internal/railway/sessions`);
		const check = new AbortController();
		await fetch(`${url}/own-health`, {
			headers: { 'user-agent': 'ELB-HealthChecker/2.0' },
			signal: check.signal,
		});
		expect(running.inUse()).toEqual({ ...FREE, requestsBegun: 0 });
		check.abort();
	});
});

function addWebSocket(server: Server): void {
	const sockets = new WebSocketServer({ noServer: true });
	server.on('upgrade', (incoming, socket, head) => sockets.handleUpgrade(incoming, socket, head, () => {}));
}
