import { describe, expect, it } from 'vitest';
import { notFound, redirect } from '../render/view.ts';
import { Browser, serve } from '../testing/harness.ts';
import { deserialize } from '../wire/serialize.ts';

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

	it('shares the cookie with subdomains where the app says so', async () => {
		const { url } = await serve({ cookieDomain: '.example.com' });
		expect((await new Browser(url).prerender()).headers.getSetCookie()[0]).toMatch(/; Domain=\.example\.com$/);
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
