import { expect, it } from 'vitest';
import type { RenderSession } from '../render/render-session.ts';
import { inEachBrowser } from '../testing/browsers.ts';
import { hide, live, show } from '../testing/live-page.ts';
import { tabs } from '../testing/tabs.ts';

/** `npm test` compiles first; the pages below load the compiled client. */
inEachBrowser('the browser client', (browser) => {
	const { visit, connected } = tabs(browser);

	it('keeps its directives where the existing client does, and every module comes from its deployment', async () => {
		const { url, requests } = await live();
		const page = await connected(url);
		const stored = JSON.parse((await page.evaluate('sessionStorage.getItem("__PULSE_DIRECTIVES")')) as string);
		expect(stored).toMatchObject({ query: { pulse_deployment: 'blue' }, headers: { 'x-extra': 'yes' } });
		expect(stored.socketio.auth.render_id).toBe(stored.headers['X-Pulse-Render-Id']);
		const modules = requests.filter(({ url }) => url.includes('.js'));
		expect(modules.map(({ url }) => url.split('?')[0]?.replace(/\.[0-9a-f]{16}/, ''))).toEqual(
			expect.arrayContaining([
				'/_pulse/client.js',
				...['index', 'tab', 'socket.io'].map((name) => `/_pulse/client/${name}.js`),
			]),
		);
		for (const module of modules) expect(module.url).toContain('pulse_deployment=blue');
	});

	it('pins requests to its own server, replacing parameters of the same name, and leaves others alone', async () => {
		const { url, requests } = await live();
		const other = await live({
			intercept: (_request, response) => {
				response.setHeader('access-control-allow-origin', '*');
				return false;
			},
		});
		const page = await connected(url);
		await page.evaluate(
			`pulse.fetch('/data?a=1&pulse_deployment=x', { method: 'POST', body: 'hello' }).then((r) => r.text())`,
		);
		const own = requests.find((request) => request.url.startsWith('/data'));
		expect(own?.url).toBe('/data?a=1&pulse_deployment=blue');
		expect(own?.headers).toMatchObject({ 'x-extra': 'yes', 'content-length': '5' });
		await page.evaluate(`pulse.fetch('${other.url}/elsewhere').then((r) => r.text())`);
		expect(other.requests.map((request) => request.url)).toEqual(['/elsewhere']);
	});

	it('talks to channels both ways and keeps dates', async () => {
		const { url } = await live();
		const page = await connected(url);
		expect(await page.evaluate(`pulse.channel('echo').request('say', { a: [1] })`)).toEqual({ a: [1] });
		const pushed = `new Promise((resolve) => {
			pulse.channel('echo').on('pushed', ({ at }) => resolve(at instanceof Date && at.getTime()));
			pulse.channel('echo').send('push');
		})`;
		expect(await page.evaluate(pushed)).toBe(0);
		await expect(page.evaluate(`pulse.channel('nowhere').request('x')`)).rejects.toThrow(/no channel/);
	});

	it('sends what was said before the connection stood, and tells which requests were lost with it', async () => {
		const { url } = await live();
		const page = await visit(url);
		expect(await page.evaluate(`connecting.then((p) => p.channel('echo').request('say', 'early'))`)).toBe('early');
		await page.evaluate(`void (window.lost = pulse.channel('echo').request('never').catch((e) => e.name))`);
		await hide(page);
		expect(await page.evaluate('lost')).toBe('ConnectionLostError');
		const waiting = `window.waiting = pulse.channel('echo').request('say', 'later')`;
		await page.evaluate(`void (${waiting})`);
		await show(page);
		expect(await page.evaluate('waiting')).toBe('later');
	});

	it('keeps a hundred messages while it is away, and says so beyond that', async () => {
		const { url } = await live();
		const page = await connected(url);
		await hide(page);
		const said = `(() => {
			const echo = pulse.channel('echo');
			window.answers = Array.from({ length: 101 }, (_, n) => echo.request('say', n).catch((e) => e.message));
		})()`;
		await page.evaluate(said);
		await show(page);
		const answers = (await page.evaluate('Promise.all(answers)')) as unknown[];
		expect(answers.slice(0, 100)).toEqual(Array.from({ length: 100 }, (_, n) => n));
		expect(answers[100]).toMatch(/too many messages/);
	});

	it('says at once what cannot be sent, and goes on with the rest', async () => {
		const { url, loads, running } = await live();
		const page = await connected(url);
		const failure = (payload: string) =>
			page.evaluate(`pulse.channel('echo').request('say', ${payload}).catch((e) => e.message)`);
		expect(await failure(`'x'.repeat(1_000_000)`)).toMatch(/1000000 bytes/);
		expect(await failure('1 / 0')).toMatch(/infinite/);
		expect(await page.evaluate(`pulse.channel('echo').request('say', 'x'.repeat(990_000)).then((x) => x.length)`)).toBe(
			990_000,
		);
		await hide(page);
		expect(await failure('() => {}')).toMatch(/function/);
		await page.evaluate(
			`{ const said = { n: 1 }; window.later = pulse.channel('echo').request('say', said); said.n = 2; }`,
		);
		await show(page);
		expect(await page.evaluate('later')).toEqual({ n: 1 });
		expect([loads(), running.renderSessions().total]).toEqual([1, 1]);
	});

	it('makes the requests that the server asks for and reports their results', async () => {
		let render: RenderSession | undefined;
		const results: unknown[] = [];
		const { url } = await live({
			render: (view) => {
				render = view.render;
				return null;
			},
			onMessage: (_render, message) => {
				if (message.type === 'api_result') results.push(message);
			},
		});
		await connected(url);
		const call = { method: 'GET', headers: {}, body: null, credentials: 'include' as const };
		render?.send({ type: 'api_call', id: 'a', url: '/_pulse/set-cookies', ...call });
		await expect.poll(() => results).toMatchObject([{ id: 'a', ok: true, status: 200, body: { health: 'ok' } }]);
	});
});
