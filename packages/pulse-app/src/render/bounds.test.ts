import { expect, onTestFinished, test, vi } from 'vitest';
import type { UserSession } from '../sessions/user-session.ts';
import { Browser, serve } from '../testing/harness.ts';
import { RenderRegistry } from './registry.ts';
import { MAX_MOUNTS, RenderSession } from './render-session.ts';

const ROUTE = { pathname: '/', hash: '', query: '', queryParams: {}, pathParams: {}, catchall: [] };

test('a page that prerenders for ever keeps what it shows, and only the newest of the rest', () => {
	const render = new RenderSession('r', 's', {
		sessionOf: () => ({}) as UserSession,
		now: () => 0,
		onCloseFailed: () => {},
	});
	const shown = render.mount('/shown', ROUTE, 1000);
	render.attach(shown, ROUTE, null);
	for (let n = 0; n < 2 * MAX_MOUNTS; n++) render.mount(`/${n}`, ROUTE, 1000);
	expect([...render.mounts()]).toHaveLength(MAX_MOUNTS);
	expect(render.findMount('/shown')).toBe(shown);
	expect(render.findMount('/0')).toBeNull();
	expect(render.findMount(`/${2 * MAX_MOUNTS - 1}`)).not.toBeNull();
});

test('of the pages that nobody comes for only the newest are kept; those with a socket stay', () => {
	const closed: string[] = [];
	const renders = new RenderRegistry({
		timeoutMs: 60_000,
		sessionOf: () => ({}) as UserSession,
		onClosed: ({ id }) => closed.push(id),
		onCloseFailed: () => {},
		onOwnerGone: () => {},
		maxExpected: 2,
	});
	const [shown] = ['shown', 'a', 'b', 'c'].map((id) => {
		const render = renders.create(id, id);
		if (id === 'shown') renders.connect(render, { send: () => {}, drop: () => {}, renew: () => {} }, null);
		return render;
	});
	expect(closed).toEqual(['a']);
	expect(renders.find('shown')).toBe(shown);
	expect(renders.counts()).toEqual({ total: 3, connected: 1, resumable: 2 });
	renders.closeAll();
});

test('of the pages that no socket comes for, those that prerender the most are not kept together', () => {
	const closed: string[] = [];
	const renders = new RenderRegistry({
		timeoutMs: 60_000,
		sessionOf: () => ({}) as UserSession,
		onClosed: ({ id }) => closed.push(id),
		onCloseFailed: () => {},
		onOwnerGone: () => {},
		maxExpectedBytes: 100_000,
	});
	const open = (id: string, views: number) => {
		const render = renders.create(id, id);
		for (let n = 0; n < views; n++) renders.mount(render, `/${n}`, ROUTE, 60_000);
		return render;
	};
	const people = Array.from({ length: 50 }, (_, n) => open(`person ${n}`, 1));
	const live = open('live', 10);
	renders.connect(live, { send: () => {}, drop: () => {}, renew: () => {} }, null);
	for (let n = 0; n < 100; n++) open(`flood ${n}`, 30);
	expect(people.filter((render) => renders.find(render.id) !== render)).toEqual([]);
	expect(renders.find('live')).toBe(live);
	expect(closed.length).toBeGreaterThan(90);
	renders.closeAll();
});

test('many long paths at once are not kept', async () => {
	const { url, running } = await serve();
	const paths = Array.from({ length: 100 }, (_, n) => `/${n}${'x'.repeat(1000)}`);
	const answer = await new Browser(url).prerender({ paths });
	expect([answer.status, running.renderSessions().total]).toEqual([400, 0]);
});

test.each([
	['a path', { pathname: '/'.repeat(10_000) }],
	['query parameters', { queryParams: { a: 'a'.repeat(20_000) } }],
	['path parameters', { pathParams: Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`p${n}`, ''])) }],
	['a catch-all', { catchall: Array(10_000).fill('') }],
])('%s without end is not kept', async (_name, routeInfo) => {
	const { url, running } = await serve();
	const answer = await new Browser(url).prerender({ paths: ['/'], routeInfo });
	expect([answer.status, running.renderSessions().total]).toEqual([400, 0]);
});

test('a page that went offline is waited for longer than one that left, with its views', () => {
	vi.useFakeTimers();
	onTestFinished(() => void vi.useRealTimers());
	const closed: string[] = [];
	const renders = new RenderRegistry({
		timeoutMs: 60_000,
		offlineMs: 600_000,
		sessionOf: () => ({}) as UserSession,
		onClosed: ({ id }) => closed.push(id),
		onCloseFailed: () => {},
		onOwnerGone: () => {},
	});
	const link = () => ({ safeReload: false, send: () => {}, drop: () => {}, renew: () => {} });
	const [left, offline] = ['left', 'offline'].map((id) => {
		const [render, socket] = [renders.create(id, id), link()];
		renders.connect(render, socket, null);
		render.attach(renders.mount(render, '/', ROUTE, 1000), ROUTE, null);
		renders.disconnect(render, socket, id === 'offline');
		return render;
	});
	vi.advanceTimersByTime(61_000);
	expect([closed, left?.id]).toEqual([['left'], 'left']);
	vi.advanceTimersByTime(530_000);
	expect(offline?.findMount('/')).not.toBeNull();
	vi.advanceTimersByTime(10_000);
	expect(closed).toEqual(['left', 'offline']);
});
