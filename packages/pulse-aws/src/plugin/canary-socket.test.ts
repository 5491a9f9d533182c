import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { CanaryPart } from '../task/canary-part.ts';
import { countPageError, countSocket } from './canary-socket.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(() => {
	for (const step of cleanUp.splice(0).reverse()) step();
});
const DRAWN = { cookie: 'a=b; pulse_canary=r1.canary' };

/** A task's part in a canary that runs, which has counted nothing yet. */
function canary() {
	const live = { trials: 0, failures: 0 };
	const sample = { trials: 0, failures: 0 };
	const part: CanaryPart = { rollout: 'r1', side: 'canary', sample, live, failedFor: new Set() };
	return { live, part };
}

/** A server of websockets whose visitors are counted; its address says what it does with them. */
async function counting({ isEnding = false } = {}) {
	const { live, part } = canary();
	const ws = new WebSocketServer({ noServer: true });
	const server = createServer().on('upgrade', async (request, socket, head) => {
		if (request.url === '/late') await once(socket, 'end');
		countSocket(part, request, socket as Socket, () => isEnding);
		if (request.url === '/500') return socket.end('HTTP/1.1 503 Busy\r\nconnection: close\r\n\r\n');
		if (request.url === '/404') return socket.end('HTTP/1.1 404 None\r\nconnection: close\r\n\r\n');
		if (request.url === '/silent') return socket.destroy();
		ws.handleUpgrade(request, socket, head, (open) => {
			open.on('message', (data) => {
				if (String(data) === 'drop') open.terminate();
				else if (String(data) === 'close') open.close(1001);
				else open.send(data.toString().repeat(70_000));
			});
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	cleanUp.push(() => {
		for (const client of ws.clients) client.terminate();
		server.close();
	});
	const { port } = server.address() as AddressInfo;
	const open = async (path = '/', headers: Record<string, string> = DRAWN): Promise<WebSocket> => {
		const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
		socket.on('error', () => {});
		await new Promise((resolve) => socket.once('open', resolve).once('close', resolve));
		return socket;
	};
	return { live, open, port };
}

test('a websocket counts when it opens and when it ends, and fails where its server went without a word (A8.6)', async () => {
	const { live, open } = await counting();
	const closed = await open();
	await expect.poll(() => live).toEqual({ trials: 1, failures: 0 });
	closed.send('close');
	await expect.poll(() => live).toEqual({ trials: 2, failures: 0 });
	const dropped = await open();
	// Its frames are larger than one write, and none of them is a close.
	dropped.send('x');
	await new Promise((resolve) => dropped.once('message', resolve));
	dropped.send('drop');
	await expect.poll(() => live).toEqual({ trials: 4, failures: 1 });
});

test('one whose client left, in whichever way, says nothing of the version', async () => {
	const { live, open } = await counting();
	(await open()).close();
	await expect.poll(() => live).toEqual({ trials: 2, failures: 0 });
	(await open()).terminate();
	await expect.poll(() => live).toEqual({ trials: 4, failures: 0 });
	const reset = (await open()) as WebSocket & { _socket: Socket };
	reset._socket.resetAndDestroy();
	await expect.poll(() => live).toEqual({ trials: 6, failures: 0 });
});

test('one whose client had left before it was known whose it is says nothing of the version', async () => {
	const { live, port } = await counting();
	const early = connect(port, '127.0.0.1');
	const key = 'dGhlIHNhbXBsZSBub25jZQ==';
	const lines = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${key}`];
	early.end(`GET /late HTTP/1.1\r\nHost: a\r\nCookie: ${DRAWN.cookie}\r\n${lines.join('\r\n')}\r\n\r\n`);
	await once(early.resume(), 'close');
	expect(live).toEqual({ trials: 0, failures: 0 });
});

test('a refusal counts by its status, and no answer at all as a failure', async () => {
	const { live, open } = await counting();
	await open('/404');
	await expect.poll(() => live).toEqual({ trials: 1, failures: 0 });
	await open('/500');
	await expect.poll(() => live).toEqual({ trials: 2, failures: 1 });
	await open('/silent');
	await expect.poll(() => live).toEqual({ trials: 3, failures: 2 });
});

test('who was not drawn for this version counts for nothing, and what ends with the process neither', async () => {
	const { live, open } = await counting();
	for (const headers of [{}, { cookie: 'pulse_canary=r1.active' }, { cookie: 'pulse_canary=r0.canary' }])
		(await open('/', headers)).send('drop');
	expect(live).toEqual({ trials: 0, failures: 0 });
	const ending = await counting({ isEnding: true });
	(await ending.open()).send('drop');
	await expect.poll(() => ending.live).toEqual({ trials: 2, failures: 0 });
});

test('pages that have failed count once for each visitor who was drawn, as one whose extension fails in all of them (A8.6)', () => {
	const { live, part } = canary();
	countPageError(part, {}, 'one');
	for (let page = 0; page < 50; page++) countPageError(part, DRAWN, 'one');
	countPageError({ ...part, live: null }, DRAWN, 'two');
	expect(live).toEqual({ trials: 1, failures: 1 });
	countPageError(part, DRAWN, 'two');
	expect(live).toEqual({ trials: 2, failures: 2 });
});

test('a version with more such visitors than are remembered goes on counting, or the other one would look worse (A8.6)', () => {
	const live = { trials: 0, failures: 0 };
	const failedFor = new Set<string>();
	const part: CanaryPart = { rollout: 'r1', side: 'canary', sample: { trials: 0, failures: 0 }, live, failedFor };
	for (let visitor = 0; visitor < 12_000; visitor++) countPageError(part, DRAWN, `visitor ${visitor}`);
	countPageError(part, DRAWN, 'visitor 11999');
	expect(live).toEqual({ trials: 12_000, failures: 12_000 });
	expect(failedFor.size).toBe(10_000);
});
