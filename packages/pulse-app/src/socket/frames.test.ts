import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { Browser, serve } from '../testing/harness.ts';

/** What the existing Pulse browser client sends and expects, frame by frame, without a Socket.IO library in between. */
async function open(browser: Browser, auth: object, query: Record<string, string> = {}) {
	const search = new URLSearchParams({ ...query, EIO: '4', transport: 'websocket' });
	const address = `${browser.url.replace('http', 'ws')}/socket.io/?${search}`;
	const socket = new WebSocket(address, {
		headers: { cookie: browser.cookie ?? '', origin: 'https://elsewhere.example' },
	});
	onTestFinished(() => socket.terminate());
	const frames: string[] = [];
	const waiting: (() => void)[] = [];
	socket.on('message', (data) => {
		frames.push(String(data));
		waiting.shift()?.();
	});
	const frame = async (): Promise<string> => {
		if (frames.length === 0) await new Promise<void>((resolve) => waiting.push(resolve));
		return frames.shift() as string;
	};
	await once(socket, 'open');
	expect(await frame()).toMatch(/^0\{"sid":/);
	socket.send(`40${JSON.stringify(auth)}`);
	return { socket, frame };
}

const message = (body: object) => `42["message",[[[],[],[],[]],${JSON.stringify(body)}]]`;

describe('on the wire', () => {
	it('a page connects, attaches, and is told to reload', async () => {
		const { url, running } = await serve();
		const browser = new Browser(url);
		const { auth } = (await browser.open({ paths: ['/a'] })).socketio;
		const { socket, frame } = await open(browser, { ...auth, __pulse_page_instance_id: 'one' });
		expect(await frame()).toMatch(/^40\{"sid":/);
		const routeInfo = { pathname: '/a', hash: '', query: '', queryParams: {}, pathParams: {}, catchall: [] };
		socket.send(message({ type: 'attach', path: '/a', routeInfo, attachId: 'x' }));
		expect(await frame()).toBe(message({ type: 'attach_ack', path: '/a', attachId: 'x' }));
		expect(running.reload()).toBe(1);
		expect(await frame()).toBe('42["message",[[[],[],[],[]],{"type":"reload"}]]');
	});

	it('a copied page is refused with the code that its client reloads for', async () => {
		const { url } = await serve();
		const browser = new Browser(url);
		const { auth } = (await browser.open()).socketio;
		await (await open(browser, { ...auth, __pulse_page_instance_id: 'one' })).frame();
		const copy = await open(browser, { ...auth, __pulse_page_instance_id: 'two' });
		const refusal = await copy.frame();
		expect(refusal).toMatch(/^44/);
		expect(JSON.parse(refusal.slice(2))).toMatchObject({ data: { code: 'render_id_collision' } });
	});

	it('callbacks and results of the browser reach the app as they were sent', async () => {
		const heard: unknown[] = [];
		const { url } = await serve({ onMessage: (_render, received) => void heard.push(received) });
		const browser = new Browser(url);
		const { auth } = (await browser.open()).socketio;
		const { socket, frame } = await open(browser, auth);
		await frame();
		const said = [
			{ type: 'callback', path: '/', callback: '1.onClick', args: [{ x: 1 }] },
			{ type: 'api_result', id: 'a', ok: true, status: 204, headers: {}, body: null },
			{ type: 'js_result', id: 'b', result: 2, error: null },
		];
		for (const body of said) socket.send(message(body));
		await expect.poll(() => heard).toEqual(said);
	});
});
