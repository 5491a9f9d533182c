import { request as httpRequest } from 'node:http';
import { expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '../clock.ts';
import { silentHost } from '../host.ts';
import { runDashboard } from './run.ts';
import type { DashboardSource } from './source.ts';
import { twoVersions } from './testing/facts.ts';

interface Answer {
	readonly status: number;
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
	readonly body: string;
}

/** A dashboard of a source that stands still, and ways to ask it that no browser has. */
async function dashboardOf(more: Partial<DashboardSource> = {}) {
	const stop = new AbortController();
	let looks = 0;
	let address = '';
	const carriedOut: unknown[] = [];
	const ended = runDashboard(
		{
			tool: 'pulse-railway',
			look: async () => {
				looks += 1;
				return twoVersions();
			},
			everyMs: 20,
			follow: async (_service, onLines) => onLines(['a line']),
			carryOut: async (order) => {
				carriedOut.push(order);
				return { json: null, text: 'done' };
			},
			...more,
		},
		{
			port: 0,
			open: false,
			host: silentHost,
			clock: systemClock,
			signal: stop.signal,
			onAddress: (given) => {
				address = given;
			},
		},
	);
	onTestFinished(async () => {
		stop.abort();
		await ended;
	});
	await vi.waitFor(() => expect(address).not.toBe(''));
	const { port, hash } = new URL(address);
	const own = { host: `127.0.0.1:${port}` };
	const signed = { ...own, authorization: `Bearer ${hash.slice(1)}` };
	const posted = { ...signed, origin: `http://127.0.0.1:${port}`, 'content-type': 'application/json' };
	const ask = (path: string, headers: Record<string, string>, body?: string) =>
		new Promise<Answer>((resolve, reject) => {
			const method = body === undefined ? 'GET' : 'POST';
			const sent = httpRequest({ host: '127.0.0.1', port, path, method, headers, setHost: false }, (response) => {
				let text = '';
				const answer = () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
				response.setEncoding('utf8').on('data', (chunk) => {
					text += chunk;
					if (path === '/events' && text.includes('event: trouble')) {
						answer();
						response.destroy();
					}
				});
				response.on('end', answer);
			});
			sent.on('error', reject).end(body);
		});
	return { ask, own, signed, posted, port, carriedOut, looks: () => looks, stop, ended };
}

it('the page itself holds nothing, is framed by nobody and loads nothing from elsewhere', async () => {
	const { ask, own } = await dashboardOf();
	const page = await ask('/', own);
	expect(page.status).toBe(200);
	expect(page.headers['content-security-policy']).toMatch(/^default-src 'none';.*frame-ancestors 'none'$/);
	expect(page.headers['cache-control']).toBe('no-store');
	expect(page.body).not.toMatch(/https?:|shop/);
	for (const path of ['/page.js', '/page.css', '/icon.svg']) expect((await ask(path, own)).status).toBe(200);
	expect((await ask('/../package.json', own)).status).toBe(401);
});

it('what it shows is told to whoever brings the token, by a name of this machine alone', async () => {
	const { ask, own, signed, port } = await dashboardOf();
	const told = await ask('/events', signed);
	expect(told.headers['content-type']).toContain('text/event-stream');
	expect(told.body).toContain('event: view');
	expect(told.body).toContain('shop / production');
	for (const authorization of ['', 'Bearer', 'Bearer x', `${signed.authorization}x`, signed.authorization.slice(0, -1)])
		expect((await ask('/events', { ...own, authorization })).status).toBe(401);
	for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1', `127.0.0.1.evil.example:${port}`])
		expect((await ask('/events', { ...signed, host })).status).toBe(403);
	expect((await ask('/events', { ...signed, host: `localhost:${port}` })).status).toBe(200);
});

it('pages of other sites can neither read nor order anything', async () => {
	const { ask, own, signed, posted, carriedOut } = await dashboardOf();
	const order = JSON.stringify({ verb: 'rollback' });
	for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1', 'http://localhost'])
		expect((await ask('/actions', { ...posted, origin }, order)).status).toBe(403);
	expect((await ask('/actions', { ...signed, 'content-type': 'application/json' }, order)).status).toBe(403);
	expect(
		(await ask('/events', { ...signed, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' })).status,
	).toBe(403);
	expect(
		(await ask('/actions', { ...own, origin: posted.origin, 'content-type': 'application/json' }, order)).status,
	).toBe(401);
	expect((await ask('/actions', { ...posted, 'content-type': 'text/plain' }, order)).status).toBe(400);
	expect((await ask('/actions', posted, `{"verb":"rollback","x":"${'x'.repeat(5_000)}"}`)).status).toBe(400);
	expect((await ask('/actions', posted, '{"verb":"delete","id":"one"}')).status).toBe(400);
	expect(carriedOut).toEqual([]);
	expect((await ask('/actions', posted, order)).status).toBe(202);
	expect(carriedOut).toEqual([{ verb: 'rollback', id: null, flags: {} }]);
});

it('a second order while one is being done is refused', async () => {
	let finish = () => {};
	const busy = new Promise<void>((resolve) => {
		finish = resolve;
	});
	const { ask, posted } = await dashboardOf({ carryOut: () => busy.then(() => ({ json: null })) });
	const order = JSON.stringify({ verb: 'rollback' });
	expect((await ask('/actions', posted, order)).status).toBe(202);
	expect((await ask('/actions', posted, order)).status).toBe(409);
	expect((await ask('/actions/answer', posted, '{"key":"x","question":1,"yes":true}')).status).toBe(409);
	finish();
});

it('while no page looks, nothing is asked', async () => {
	const { ask, signed, looks } = await dashboardOf();
	expect(looks()).toBe(1);
	await ask('/events', signed);
	await vi.waitFor(() => expect(looks()).toBeGreaterThan(1));
	let before = -1;
	await vi.waitFor(
		() => {
			const now = looks();
			const isQuiet = now === before;
			before = now;
			expect(isQuiet).toBe(true);
		},
		{ interval: 200 },
	);
});

it('what cannot be read is told beside what was read before, and tried again', async () => {
	let fails = false;
	const { ask, signed } = await dashboardOf({
		look: async () => {
			if (fails) throw new Error('the network is gone');
			return twoVersions();
		},
	});
	fails = true;
	await vi.waitFor(async () => expect((await ask('/events', signed)).body).toContain('the network is gone'));
	fails = false;
	await vi.waitFor(async () => expect((await ask('/events', signed)).body).toContain('event: trouble\ndata: null'));
});

it('Ctrl-C lets what is being done come to its end, and then ends', async () => {
	let undone = false;
	const { ask, posted, stop, ended } = await dashboardOf({
		carryOut: async (_order, _host, signal) => {
			await new Promise((resolve) => signal.addEventListener('abort', resolve));
			await new Promise((resolve) => setTimeout(resolve, 100));
			undone = true;
			return { json: null };
		},
	});
	await ask('/actions', posted, JSON.stringify({ verb: 'rollback' }));
	stop.abort();
	await ended;
	expect(undone).toBe(true);
});

it('a log is followed line by line', async () => {
	const { ask, signed } = await dashboardOf();
	const { body } = await ask('/log?service=pulse-router', signed);
	expect(body).toBe('event: lines\ndata: ["a line"]\n\n');
});
