import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { App, type AppOptions, notFound, PLUGIN_BRAND, redirect } from 'pulse-app';
import { replicaToken, replicaWord } from 'pulse-edge/upstream/replica-token';
import { io } from 'socket.io-client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RailwayPlugin } from './railway-plugin.ts';

const TOKEN = 'internal-token';

async function deployment(
	id: string | null,
	options: Partial<AppOptions> & { token?: string | null; secret?: string } = {},
) {
	const { token = TOKEN, secret, ...appOptions } = options;
	const plugin = new RailwayPlugin();
	const app = new App({ listener: (_request, response) => response.end('app'), plugins: [plugin], ...appOptions });
	const env = {
		PULSE_DEPLOYMENT_ID: id ?? undefined,
		PULSE_RAILWAY_INTERNAL_TOKEN: token ?? undefined,
		PULSE_SECRET: secret,
	};
	const running = await app.listen({ port: 0, address: '127.0.0.1', logger: pino({ level: 'silent' }), env });
	onTestFinished(() => running.close({ budgetMs: 0 }));
	const url = `http://127.0.0.1:${running.port}`;
	const prerender = async (cookie?: string) => {
		const headers: Record<string, string> = cookie === undefined ? {} : { cookie };
		const response = await fetch(`${url}/_pulse/prerender`, { method: 'POST', body: '{"paths":["/"]}', headers });
		const [, body] = (await response.json()) as [unknown, { directives: { query: object; socketio: Socketio } }];
		return { cookie: response.headers.getSetCookie()[0]?.split(';', 1)[0] as string, directives: body.directives };
	};
	return { app, plugin, running, url, prerender };
}

interface Socketio {
	readonly auth: Record<string, string>;
	readonly query: Record<string, string>;
}

function connect(url: string, cookie: string, { auth, query }: Socketio) {
	const socket = io(url, { transports: ['websocket'], auth, query, extraHeaders: { cookie }, reconnection: false });
	onTestFinished(() => void socket.disconnect());
	return socket;
}

const withToken = (token = TOKEN) => ({ headers: { 'x-pulse-railway-internal-token': token } });

describe('RailwayPlugin', () => {
	it('is recognised by brand and shows its options trimmed, without the blank ones (R10.1)', () => {
		const plugin = new RailwayPlugin({ deploymentName: ' prod ', imageRepository: '  ', routerService: 'api' });
		expect(plugin[PLUGIN_BRAND]).toBe(1);
		expect(plugin.priority).toBe(100);
		expect(plugin.options).toEqual({ deploymentName: 'prod', routerService: 'api' });
	});

	it('pins pages and sockets to their deployment (R10.3)', async () => {
		const { prerender, app } = await deployment('blue');
		const { directives } = await prerender();
		expect(directives.query).toEqual({ pulse_deployment: 'blue' });
		expect(directives.socketio.query).toEqual({ pulse_deployment: 'blue', pulse_reload_on_stale_affinity: '1' });
		expect(app.client.module).toBe('/_pulse/client.js?pulse_deployment=blue');
	});

	it('pins pages to this replica once the router has said which it is, and believes nobody else (R2.22, R10.3)', async () => {
		const seen: unknown[] = [];
		const { prerender, app, url } = await deployment('blue', {
			listener: (request, response) => {
				seen.push(request.headers['x-pulse-replica-word']);
				response.end();
			},
		});
		const token = replicaToken(TOKEN, { host: '10.0.1.7', port: 8000 });
		const say = (word: string) => fetch(url, { headers: { 'x-pulse-replica-word': word } });
		for (const lie of [token, `${token}.${token}`, replicaWord('another', token)]) await say(lie);
		expect((await prerender()).directives.query).toEqual({ pulse_deployment: 'blue' });
		await say(replicaWord(TOKEN, token));
		const { query, socketio } = (await prerender()).directives;
		expect(query).toEqual({ pulse_deployment: 'blue', pulse_replica: token });
		expect(socketio.query).toEqual({ ...query, pulse_reload_on_stale_affinity: '1' });
		expect(app.client.head).toContain(` data-pulse="blue" data-replica="${token}"`);
		// Files are the same on each of them.
		expect(app.client.module).toBe('/_pulse/client.js?pulse_deployment=blue');
		expect(/src="([^"]+)"/.exec(app.client.head)?.[1]).toMatch(/\?pulse_deployment=blue$/);
		expect(seen).toEqual([undefined, undefined, undefined, undefined]);
	});

	it.each([
		['a redirect', redirect('/new'), { redirect: '/new' }],
		['what is not found', notFound(), { notFound: true }],
	])('leaves %s alone (R10.3)', async (_what, outcome, answer) => {
		const { url } = await deployment('blue', { render: () => outcome });
		const response = await fetch(`${url}/_pulse/prerender`, { method: 'POST', body: '{"paths":["/"]}' });
		expect(await response.json()).toEqual(answer);
	});

	it('says which deployment it is (R10.4)', async () => {
		const { url } = await deployment('blue');
		const answer = await fetch(`${url}/_pulse/meta?pulse_deployment=blue`);
		expect(await answer.json()).toEqual({ status: 'ok', deployment_id: 'blue', api_prefix: '/_pulse' });
	});

	it('does nothing outside a deployment (R10.2, R10.3, R10.4)', async () => {
		const { url, prerender } = await deployment(null);
		const { directives } = await prerender();
		expect([directives.query, directives.socketio.query]).toEqual([{}, {}]);
		const meta = await fetch(`${url}/_pulse/meta`);
		expect([meta.status, await meta.json()]).toEqual([503, { detail: 'Railway plugin is disabled' }]);
		expect((await fetch(`${url}/_pulse/internal/railway/sessions`, withToken())).status).toBe(503);
	});

	it.each(['sessions', 'reload'])('keeps %s from whoever does not have the token (R10.5, R10.6)', async (name) => {
		const path = `/_pulse/internal/railway/${name}`;
		const method = name === 'reload' ? 'POST' : 'GET';
		const { url } = await deployment('blue');
		for (const init of [{}, withToken('wrong'), withToken('')]) {
			const answer = await fetch(url + path, { method, ...init });
			expect([answer.status, await answer.json()]).toEqual([403, { detail: 'forbidden' }]);
		}
		const unconfigured = await deployment('blue', { token: null });
		expect((await fetch(unconfigured.url + path, { method, ...withToken('') })).status).toBe(403);
		expect((await fetch(url + path, { method: 'PUT', ...withToken() })).status).toBe(405);
	});

	it('counts sessions for the janitor, and tells browsers to reload (R10.5, R10.6)', async () => {
		const { url, prerender, running } = await deployment('blue');
		const sessions = async () => (await fetch(`${url}/_pulse/internal/railway/sessions`, withToken())).json();
		const none = {
			...{ deployment_id: 'blue', session_timeout_seconds: 60 },
			...{ busy_render_count: 0, idle_render_count: 0, hidden_render_count: 0, held_render_count: 0, held_reasons: [] },
			in_use: { requests: 0, streams: 0, websockets: 0, jobs: 0 },
		};
		const counts = (connected: number, resumable: number) => ({
			...none,
			connected_render_count: connected,
			resumable_render_count: resumable,
			render_session_count: connected + resumable,
			drainable: connected + resumable === 0,
		});
		expect(await sessions()).toEqual(counts(0, 0));
		const { cookie, directives } = await prerender();
		expect(await sessions()).toEqual(counts(0, 1));
		const socket = connect(url, cookie, directives.socketio);
		const told = new Promise((resolve) => socket.once('message', resolve));
		await expect.poll(() => running.renderSessions().connected).toBe(1);
		expect(await sessions()).toEqual(counts(1, 0));
		const answer = await fetch(`${url}/_pulse/internal/railway/reload`, { method: 'POST', ...withToken() });
		expect(await answer.json()).toEqual({ deployment_id: 'blue', connected_render_count: 1, reloaded_socket_count: 1 });
		expect(await told).toEqual([[[], [], [], []], { type: 'reload' }]);
	});

	it('counts by what pages say of themselves, and what is in flight by its reason (R10.5)', async () => {
		const { url, prerender, running, app } = await deployment('blue', {
			listener: (_, response) => void response.writeHead(200).write('open'),
		});
		const sessions = async () => (await fetch(`${url}/_pulse/internal/railway/sessions`, withToken())).json();
		const { cookie, directives } = await prerender();
		const socket = connect(url, cookie, directives.socketio);
		await expect.poll(() => running.renderSessions().connected).toBe(1);
		socket.emit('message', [[[], [], [], []], { type: 'presence', state: 'held', reason: 'unsaved draft' }]);
		await expect
			.poll(sessions)
			.toMatchObject({ held_render_count: 1, held_reasons: ['unsaved draft'], busy_render_count: 0 });
		const stream = new AbortController();
		await fetch(`${url}/stream`, { signal: stream.signal });
		let end = () => {};
		void app.busy(new Promise<void>((resolve) => (end = resolve)));
		expect(await sessions()).toMatchObject({ in_use: { requests: 0, streams: 1, websockets: 0, jobs: 1 } });
		stream.abort();
		socket.disconnect();
		await expect.poll(() => running.inUse().requests).toBe(0);
		expect(await sessions()).toMatchObject({ drainable: false });
		end();
	});

	it('is not drainable while work of the app itself goes on (decision 21)', async () => {
		const { url, app } = await deployment('blue');
		const drainable = async () =>
			((await (await fetch(`${url}/_pulse/internal/railway/sessions`, withToken())).json()) as { drainable: boolean })
				.drainable;
		let end = () => {};
		const turn = app.busy(new Promise<void>((resolve) => (end = resolve)));
		expect(await drainable()).toBe(false);
		end();
		await turn;
		await expect.poll(drainable).toBe(true);
	});

	it('gives pages the time that a reload request names, and says when it is over (R10.6)', async () => {
		const { url, prerender, running } = await deployment('blue');
		const { cookie, directives } = await prerender();
		const auth = { ...directives.socketio.auth, __pulse_safe_reload: 1 } as unknown as Record<string, string>;
		const socket = connect(url, cookie, { ...directives.socketio, auth });
		const told: unknown[] = [];
		socket.on('message', ([, message]) => told.push(message));
		await expect.poll(() => running.renderSessions().connected).toBe(1);
		const reload = async (body: string) => {
			const answer = await fetch(`${url}/_pulse/internal/railway/reload`, { method: 'POST', body, ...withToken() });
			return [answer.status, await answer.json()];
		};
		const counts = { deployment_id: 'blue', connected_render_count: 1, reloaded_socket_count: 1 };
		expect(await reload('{"within":600}')).toEqual([200, { ...counts, reload_over_in_seconds: 600 }]);
		await expect.poll(() => told).toEqual([{ type: 'reload', within: 600 }]);
		expect(await reload('{"within":0,"later":true}')).toEqual([200, { ...counts, reload_over_in_seconds: 0 }]);
		await expect.poll(() => told.at(-1)).toEqual({ type: 'reload', within: 0 });
		expect(await reload('{"within":null}')).toEqual([200, counts]);
		await expect.poll(() => told.at(-1)).toEqual({ type: 'stay' });
		expect(await reload('{"within":null}')).toEqual([200, { ...counts, reloaded_socket_count: 0 }]);
		// A body that says nothing is none.
		for (const body of ['', '{}']) expect(await reload(body)).toEqual([200, counts]);
		for (const body of [
			'{"within":-1}',
			'{"within":"soon"}',
			'{"within":1e9}',
			'[]',
			'x',
			`{"a":"${'x'.repeat(2000)}"}`,
		])
			expect((await reload(body))[0], body.slice(0, 20)).toBe(400);
		expect(told).toHaveLength(5);
	});

	it('beside an older pulse-app says what that one knows, and has all told at once (R10.5, R10.6)', async () => {
		const plugin = new RailwayPlugin();
		const older = {
			...{ environment: 'prod', sessionTimeoutSeconds: 60, reload: () => 2 },
			env: { PULSE_DEPLOYMENT_ID: 'blue', PULSE_RAILWAY_INTERNAL_TOKEN: TOKEN },
			renderSessions: () => ({ total: 2, connected: 2, resumable: 0 }),
			inUse: () => ({ renderSessions: 2, sockets: 2, requests: 0, requestsBegun: 3 }),
		};
		plugin.onStart(older as unknown as Parameters<RailwayPlugin['onStart']>[0]);
		const server = createServer((request, response) => void plugin.onRequest(request, response));
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		onTestFinished(() => void server.close());
		const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/_pulse/internal/railway`;
		const counts = { deployment_id: 'blue', connected_render_count: 2 };
		expect(await (await fetch(`${base}/sessions`, withToken())).json()).toEqual({
			...{
				...counts,
				resumable_render_count: 0,
				render_session_count: 2,
				drainable: false,
				session_timeout_seconds: 60,
			},
		});
		const init = { method: 'POST', body: '{"within":600}', ...withToken() };
		expect(await (await fetch(`${base}/reload`, init)).json()).toEqual({ ...counts, reloaded_socket_count: 2 });
		expect((await fetch(`${base}/reload`, { ...init, body: '{"within":null}' })).status).toBe(400);
	});

	it('is not drainable while a stream without a render session flows (decision 21)', async () => {
		const { url } = await deployment('blue', { listener: (_, response) => void response.writeHead(200).write('open') });
		const drainable = async () =>
			((await (await fetch(`${url}/_pulse/internal/railway/sessions`, withToken())).json()) as { drainable: boolean })
				.drainable;
		expect(await drainable()).toBe(true);
		const stream = new AbortController();
		await fetch(`${url}/stream`, { signal: stream.signal });
		expect(await drainable()).toBe(false);
		stream.abort();
		await expect.poll(drainable).toBe(true);
	});

	it('lets a socket of a deployment that is gone in, only to tell it to reload', async () => {
		const [blue, green] = [await deployment('blue'), await deployment('green')];
		const { cookie, directives } = await blue.prerender();
		const socket = connect(green.url, cookie, directives.socketio);
		expect(await new Promise((resolve) => socket.once('message', resolve))).toEqual([
			[[], [], [], []],
			{ type: 'reload' },
		]);
		expect(green.running.renderSessions().total).toBe(0);
	});

	it('keeps tabs of the old deployment working after the new one has seen the same browser', async () => {
		const [blue, green] = [await deployment('blue'), await deployment('green')];
		const old = await blue.prerender();
		const fresh = await green.prerender(old.cookie);
		expect(fresh.cookie).toBe(old.cookie);
		const socket = connect(blue.url, fresh.cookie, old.directives.socketio);
		await expect.poll(() => socket.connected).toBe(true);
	});

	it('recognises the visitors of before when the internal token was rotated, if PULSE_SECRET stayed', async () => {
		const secret = 'a-secret-of-the-user-that-is-long-enough';
		const before = await deployment('blue', { token: 'old', secret });
		const after = await deployment('green', { token: 'new', secret });
		const { cookie } = await before.prerender();
		expect((await after.prerender(cookie)).cookie).toBe(cookie);
		const stranger = await deployment('red', { token: 'new' });
		expect((await stranger.prerender(cookie)).cookie).not.toBe(cookie);
	});

	it('belongs to one running app (R10.8)', async () => {
		const { plugin } = await deployment('blue');
		const other = new App({ listener: () => {}, plugins: [plugin] });
		await expect(other.listen({ port: 0, logger: pino({ level: 'silent' }) })).rejects.toThrow('already attached');
	});
});
