import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { App } from './app.ts';
import { PLUGIN_BRAND } from './brand.ts';
import type { Plugin } from './plugin.ts';
import { notFound, redirect } from './render/view.ts';
import { Browser, serve } from './testing/harness.ts';
import { deserialize } from './wire/serialize.ts';

const logger = pino({ level: 'silent' });

describe('the endpoints of an app', () => {
	it('answers health and set-cookies as documented', async () => {
		const { url } = await serve();
		expect(await (await fetch(`${url}/_pulse/health`)).json()).toEqual({
			health: 'ok',
			message: 'Pulse server is running',
		});
		expect(await (await fetch(`${url}/_pulse/set-cookies`)).json()).toEqual({
			health: 'ok',
			message: 'Cookies updated',
		});
	});

	it.each(['/_pulse/nothing', '/_pulse', '/_pulse/../secret', '/x/../_pulse/internal'])(
		'keeps %s from the app',
		async (path) => {
			const { running } = await serve();
			const { connect } = await import('node:net');
			const answer = await new Promise<string>((resolve) => {
				const socket = connect(running.port, '127.0.0.1', () =>
					socket.write(`GET ${path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`),
				);
				let text = '';
				socket.on('data', (data) => {
					text += data;
				});
				socket.on('close', () => resolve(text));
			});
			expect(answer).toMatch(/^HTTP\/1\.1 404/);
			expect(answer).not.toContain('from the app');
		},
	);

	it('passes everything else on untouched', async () => {
		const { url } = await serve({ listener: (request, response) => response.end(request.url) });
		expect(await (await fetch(`${url}/a%2Fb?x=1`)).text()).toBe('/a%2Fb?x=1');
	});

	it('answers 500 when the app fails, and keeps serving', async () => {
		const { url } = await serve({
			listener: async (request, response) => {
				if (request.url === '/bad') throw new Error('secret reason');
				response.end('fine');
			},
		});
		const bad = await fetch(`${url}/bad`);
		expect(bad.status).toBe(500);
		expect(await bad.text()).not.toContain('secret');
		expect(await (await fetch(`${url}/good`)).text()).toBe('fine');
	});

	it('serves its browser client pinned to the deployment that served the page', async () => {
		const { url, app } = await serve({ plugins: [pinning('blue')] });
		expect(app.client.module).toBe('/_pulse/client.js?pulse_deployment=blue');
		expect(app.client.head).toContain('"pulse_deployment":"blue"');
		const module = await (await fetch(url + app.client.module)).text();
		expect(module).toContain("'./client/index.js?pulse_deployment=blue'");
		const nested = await (await fetch(`${url}/_pulse/client/index.js?pulse_deployment=blue`)).text();
		expect(nested).toContain("'../wire/serialize.js?pulse_deployment=blue'");
		expect((await fetch(`${url}/_pulse/client/socket.io.js`)).headers.get('content-type')).toContain('javascript');
	});
});

describe('prerendering', () => {
	it('makes a render session, a cookie and directives', async () => {
		const { url, running } = await serve();
		const response = await new Browser(url).prerender({ paths: ['/a'] });
		const cookie = response.headers.getSetCookie()[0];
		expect(cookie).toMatch(/^pulse\.sid=[0-9a-f]{32}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Lax$/);
		const body = deserialize(await response.json()) as {
			views: object;
			directives: { headers: Record<string, string> };
		};
		const renderId = body.directives.headers['X-Pulse-Render-Id'];
		expect(body).toEqual({
			views: { '/a': { type: 'vdom_init', path: '/a', vdom: { tag: '', children: [] } } },
			directives: {
				headers: { 'X-Pulse-Render-Id': renderId },
				query: {},
				socketio: { auth: { render_id: renderId }, headers: {}, query: {} },
			},
		});
		expect(running.renderSessions()).toEqual({ total: 1, connected: 0, resumable: 1 });
	});

	it('reuses a render session of the same user only', async () => {
		const { url } = await serve();
		const [anna, bob] = [new Browser(url), new Browser(url)];
		const { headers } = await anna.open();
		expect((await anna.open()).headers).not.toEqual(headers);
		const again = deserialize(await (await anna.prerender({ paths: ['/'] }, headers)).json()) as { directives: object };
		expect(again.directives).toMatchObject({ headers });
		const stolen = deserialize(await (await bob.prerender({ paths: ['/'] }, headers)).json()) as { directives: object };
		expect(stolen.directives).not.toMatchObject({ headers });
	});

	it.each([['{}'], ['{"paths":[]}'], ['not json'], ['{"paths":"/"}']])('refuses the body %s', async (body) => {
		const { url } = await serve();
		expect((await fetch(`${url}/_pulse/prerender`, { method: 'POST', body })).status).toBe(400);
	});

	it('refuses a body beyond its limit', async () => {
		const { url } = await serve();
		const body = JSON.stringify({ paths: ['/'], filler: 'x'.repeat(1024 * 1024) });
		const status = await fetch(`${url}/_pulse/prerender`, { method: 'POST', body }).then(
			(r) => r.status,
			() => 413,
		);
		expect(status).toBe(413);
	});

	it('renders with the app, redirects and says not found', async () => {
		const { url } = await serve({
			render: (view) => (view.path === '/old' ? redirect('/new') : view.path === '/none' ? notFound() : { tag: 'h1' }),
		});
		const browser = new Browser(url);
		expect(await (await browser.prerender({ paths: ['/old'] })).json()).toEqual({ redirect: '/new' });
		expect(await (await browser.prerender({ paths: ['/none'] })).json()).toEqual({ notFound: true });
		const shown = deserialize(await (await browser.prerender({ paths: ['/'] })).json());
		expect(shown).toMatchObject({ views: { '/': { vdom: { tag: 'h1' } } } });
	});

	it('marks the cookie secure for an https address only', async () => {
		const { url } = await serve({}, { mode: 'prod', serverAddress: 'https://example.com' });
		expect((await new Browser(url).prerender()).headers.getSetCookie()[0]).toContain('; Secure');
		await expect(serve({}, { mode: 'prod', serverAddress: 'http://example.com' })).rejects.toThrow(/https/);
	});
});

describe('forms', () => {
	const form = (fields: Record<string, string>) => ({ method: 'POST', body: new URLSearchParams(fields) });

	it('hands a form to the view that registered it, and only for its own user', async () => {
		const received: unknown[] = [];
		const { url } = await serve({
			sessionTimeoutSeconds: 60,
			render: (view) => ({ action: view.form('f1', (data) => void received.push(data.get('name'))) }),
		});
		const anna = new Browser(url);
		const { 'X-Pulse-Render-Id': id } = (await anna.open()).headers;
		expect((await anna.fetch(`/_pulse/forms/${id}/f1?foo=1`, form({ name: 'Anna' }))).status).toBe(204);
		expect(received).toEqual(['Anna']);
		expect((await anna.fetch(`/_pulse/forms/${id}/other`, form({}))).status).toBe(404);
		expect((await anna.fetch(`/_pulse/forms/unknown/f1`, form({}))).status).toBe(410);
		expect((await new Browser(url).fetch(`/_pulse/forms/${id}/f1`, form({}))).status).toBe(403);
		expect((await anna.fetch(`/_pulse/forms/${id}/f1`, { method: 'POST', body: 'x' })).status).toBe(400);

		const page = await anna.connect().ready();
		page.say({ type: 'detach', path: '/' });
		await expect.poll(async () => (await anna.fetch(`/_pulse/forms/${id}/f1`, form({}))).status).toBe(410);
	});
});

describe('plugins', () => {
	it('run by priority, may answer requests, and stop in reverse', async () => {
		const calls: string[] = [];
		const plugin = (name: string, priority: number): Plugin => ({
			[PLUGIN_BRAND]: 1,
			name,
			priority,
			onStart: () => void calls.push(`start ${name}`),
			onStop: () => void calls.push(`stop ${name}`),
			onRequest: (request, response) => {
				if (request.url !== `/${name}`) return false;
				response.end(name);
				return true;
			},
		});
		const app = new App({ listener: (_q, r) => r.end('app'), plugins: [plugin('low', 1), plugin('high', 5)] });
		expect(calls).toEqual([]);
		const running = await app.listen({ port: 0, address: '127.0.0.1', logger });
		expect(await (await fetch(`http://127.0.0.1:${running.port}/low`)).text()).toBe('low');
		await running.close({ budgetMs: 0 });
		expect(calls).toEqual(['start high', 'start low', 'stop low', 'stop high']);
	});

	it('stop the start by throwing, and what had started is stopped', async () => {
		const calls: string[] = [];
		const app = new App({
			listener: () => {},
			plugins: [
				{ [PLUGIN_BRAND]: 1, name: 'a', onStop: () => void calls.push('stopped') },
				{
					[PLUGIN_BRAND]: 1,
					name: 'b',
					onStart: () => {
						throw new Error('not today');
					},
				},
			],
		});
		await expect(app.listen({ port: 0, address: '127.0.0.1', logger })).rejects.toThrow('not today');
		expect(calls).toEqual(['stopped']);
	});
});

describe('listening', () => {
	it('serves both families by default', async () => {
		const app = new App({ listener: (_q, r) => r.end('ok') });
		const running = await app.listen({ port: 0, logger });
		expect(await (await fetch(`http://127.0.0.1:${running.port}`)).text()).toBe('ok');
		if (running.address === '::') expect(await (await fetch(`http://[::1]:${running.port}`)).text()).toBe('ok');
		await running.close({ budgetMs: 0 });
	});

	it('says which port is taken', async () => {
		const { running } = await serve();
		await expect(serve({}, { port: running.port })).rejects.toMatchObject({ code: 'port-taken' });
	});
});

function pinning(id: string): Plugin {
	return {
		[PLUGIN_BRAND]: 1,
		name: 'pinning',
		onPrerender: (directives) => {
			directives.query.pulse_deployment = id;
		},
	};
}
