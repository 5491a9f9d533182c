import { expect, it, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { inEachBrowser } from '../testing/browsers.ts';
import { live } from '../testing/live-page.ts';
import { tabs } from '../testing/tabs.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** `npm test` compiles first; the pages below load the compiled client. */
inEachBrowser('what a live page sends by itself', (browser) => {
	const { connected } = tabs(browser);

	it.each([
		['deployment', undefined],
		['replica', '-lYDrpemA06qf6gSkUmX_Q'],
	])('goes to the %s of the page, once pinned', async (_what, replica) => {
		const sockets: string[] = [];
		const heard: { url: string; pin: unknown; replica: unknown }[] = [];
		const { url } = await live({
			...(replica === undefined ? {} : { replica }),
			body: '<form method="post" action="/sent?form"><button id="go">Go</button></form>',
			intercept: (request, response) => {
				if (!request.url?.startsWith('/sent')) return false;
				const { 'x-pulse-deployment': pin, 'x-pulse-replica': named } = request.headers;
				heard.push({ url: request.url.slice(6), pin, replica: named });
				if (request.url.includes('events')) response.setHeader('content-type', 'text/event-stream');
				response.end(request.url.includes('events') ? 'data: x\n\n' : 'sent');
				return true;
			},
			onStart: ({ server }) => {
				const own = new WebSocketServer({ noServer: true });
				server.on('upgrade', (request, socket, head) => {
					if (!request.url?.startsWith('/ws')) return;
					sockets.push(request.url);
					own.handleUpgrade(request, socket, head, (opened) => opened.close());
				});
			},
		});
		const tab = await connected(url);
		await tab.evaluate(`(async () => {
			await fetch('/sent?fetch');
			await fetch(new Request('/sent?request'));
			await pulse.fetch('/sent?pulse');
			await pulse.fetch(new Request('/sent?both'));
			await new Promise((done) => {
				const xhr = new XMLHttpRequest();
				xhr.open('GET', '/sent?xhr');
				xhr.onload = done;
				xhr.send();
			});
			await new Promise((done) => { new EventSource('/sent?events').onmessage = ({ target }) => { target.close(); done(); } });
			navigator.sendBeacon('/sent?beacon', 'x');
			await new Promise((done) => { new WebSocket(location.origin.replace('http', 'ws') + '/ws').onclose = done });
			await fetch(pulse.url('/sent?url'));
		})()`);
		const pins = `pulse_deployment=blue${replica === undefined ? '' : `&pulse_replica=${replica}`}`;
		const pinned = (name: string) => ({ url: `${name}&${pins}`, pin: undefined, replica: undefined });
		await expect.poll(() => heard.length).toBe(8);
		expect(heard).toEqual(
			expect.arrayContaining([
				...['fetch', 'pulse', 'both', 'xhr', 'events', 'beacon', 'url'].map(pinned),
				{ url: 'request', pin: 'blue', replica },
			]),
		);
		expect(sockets).toEqual([`/ws?${pins}`]);
		expect(await tab.evaluate(`[pulse.url('/a?b#c'), pulse.url('https://else.test/a')]`)).toEqual([
			`${url}/a?b&${pins}#c`,
			'https://else.test/a',
		]);
		await tab.locator('#go').click();
		await expect.poll(() => heard.at(-1)).toEqual(pinned('form'));
	});
});
