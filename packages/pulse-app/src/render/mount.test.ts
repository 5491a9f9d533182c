import { describe, expect, it } from 'vitest';
import type { UserSession } from '../sessions/user-session.ts';
import { Browser, serve } from '../testing/harness.ts';
import { routeInfo } from '../wire/messages.ts';
import { RenderSession } from './render-session.ts';

const route = routeInfo.parse({});

function renderSession() {
	const clock = { now: 0 };
	return {
		render: new RenderSession('render', 'user', {
			sessionOf: () => ({}) as UserSession,
			now: () => clock.now,
			onCloseFailed: () => {},
		}),
		clock,
	};
}

describe('a view', () => {
	it('waits 60 seconds for its browser, or as long as the browser said', () => {
		const { render, clock } = renderSession();
		render.mount('/default', route, 60_000);
		render.mount('/longer', route, 90_000);
		clock.now = 60_000;
		expect(render.findMount('/default')).not.toBeNull();
		clock.now = 60_001;
		expect(render.findMount('/default')).toBeNull();
		expect(render.findMount('/longer')).not.toBeNull();
		clock.now = 90_001;
		// Its forms are those of a route that is not mounted any more (P1.12).
		expect(render.mounts()).toEqual([]);
	});

	it('stays while it is attached, and 300 seconds after its socket is lost', () => {
		const { render, clock } = renderSession();
		const link = { send: () => {}, drop: () => {}, renew: () => {} };
		const mount = render.mount('/', route, 60_000);
		render.connect(link);
		render.attach(mount, route, null);
		clock.now = 1_000_000;
		expect(render.findMount('/')).toBe(mount);
		render.disconnect(link);
		clock.now += 300_000;
		expect(render.findMount('/')).toBe(mount);
		clock.now += 1;
		expect(render.findMount('/')).toBeNull();
	});
});

describe('views', () => {
	it('get what was sent to them once the browser has attached them', async () => {
		let render: RenderSession | undefined;
		const { url } = await serve({
			render: (view) => {
				render = view.render;
				return { tag: 'p' };
			},
			channels: { counter: (channel) => channel.on('read', () => 0) },
		});
		const browser = new Browser(url);
		await browser.open({ paths: ['/a'] });
		render?.send({ type: 'vdom_update', path: '/a', ops: [1] });
		const page = await browser.connect().ready();
		await page.request('counter', 'read');
		expect(page.heard.some((message) => message.type === 'vdom_update')).toBe(false);
		page.say({ type: 'attach', path: '/a', routeInfo: { pathname: '/a' }, attachId: 'x' });
		await page.hear({ type: 'vdom_update' });
		expect(page.heard.slice(-2).map((message) => message.type)).toEqual(['attach_ack', 'vdom_update']);
	});

	it('cannot be attached when their time is over', async () => {
		const { url } = await serve();
		const browser = new Browser(url);
		await browser.open({ paths: ['/a'], ttlSeconds: 0.001 });
		await expect
			.poll(async () => {
				const page = await browser.connect().ready();
				page.say({ type: 'attach', path: '/a', attachId: 'x' });
				return (await Promise.race([page.hear({ type: 'reload' }), page.hear({ type: 'attach_ack' })])).type;
			})
			.toBe('reload');
	});
});
