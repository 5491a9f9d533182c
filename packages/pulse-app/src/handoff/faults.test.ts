import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { SESSION_STORE_BRAND } from '../brand.ts';
import { RenderRegistry } from '../render/registry.ts';
import type { RenderSession } from '../render/render-session.ts';
import type { UserSession } from '../sessions/user-session.ts';
import { OpenStore } from '../testing/open-store.ts';
import { STAYS_MS } from './departures.ts';
import { createHandoffs } from './handoffs.ts';
import type { AppHooks } from './hooks.ts';
import { createSeal } from './seal.ts';
import { createShelf, placeOf } from './shelf.ts';
import { KEPT_MS } from './snapshot.ts';
import { createTurns } from './turns.ts';

const HOOK_MS = 400;
const ROUTE = { pathname: '/', hash: '', query: '', queryParams: {}, pathParams: {}, catchall: [] };

/** One side of a handoff, without its sockets. */
function side(store = new OpenStore(), now = Date.now, hookMs = HOOK_MS) {
	const renders = new RenderRegistry({
		timeoutMs: 60_000,
		sessionOf: () => ({}) as UserSession,
		onClosed: () => {},
		onCloseFailed: () => {},
		onOwnerGone: () => {},
	});
	onTestFinished(() => renders.closeAll());
	const warned: string[] = [];
	const resumed: unknown[] = [];
	const hooks: AppHooks = {
		drain: { schema: 1, take: ({ data }) => data.get('state') ?? 'state' },
		resume: new Map([[1, (snapshot) => void resumed.push(snapshot)]]),
	};
	const handoffs = createHandoffs({
		hooks,
		store,
		secrets: ['secret'],
		isProduction: true,
		hasChannels: false,
		create: (owner) => renders.create(owner),
		isExpected: (render) => !render.connected,
		log: pino({ level: 'warn' }, { write: (line: string) => void warned.push(JSON.parse(line).why) }),
		now,
		hookMs,
	});
	/** A page that was told to go. */
	const told = (owner = 'owner'): RenderSession => {
		const render = renders.create(owner);
		render.attach(render.mount('/', ROUTE, 60_000), ROUTE, null);
		render.reload(0);
		return render;
	};
	return { handoffs, hooks, store, warned, resumed, told };
}

const hanging = () => new Promise<never>(() => {});
const failing = () => Promise.reject(new Error('the store is away'));

describe('a store', () => {
	it.each([
		['read', failing],
		['write', failing],
		['read', hanging],
		['write', hanging],
	] as const)('whose %s fails or hangs costs the state, no page and no server (%#)', async (method, fault) => {
		const { handoffs, store, warned, resumed, told } = side();
		const [before, after] = [told(), told()];
		await handoffs.leaving(before);
		vi.spyOn(store, method).mockImplementation(fault);
		const began = performance.now();
		const [render] = await Promise.all([handoffs.arrive(before.id, 'owner', ['/']), handoffs.leaving(after)]);
		expect(render.owner).toBe('owner');
		expect(performance.now() - began).toBeLessThan(4_000);
		expect(resumed).toEqual([]);
		expect(warned.length).toBeGreaterThan(0);
	});

	it('that cannot compare is told, and not asked for ever', async () => {
		const { handoffs, store, warned, told } = side();
		vi.spyOn(store, 'write').mockResolvedValue(false);
		await handoffs.leaving(told());
		expect(warned).toEqual(['the session store refused every write: does it compare and set?']);
	});

	it('that cannot delete hands over all the same, once', async () => {
		const { handoffs, store, resumed, told } = side();
		vi.spyOn(store, 'delete').mockImplementation(failing);
		const render = told();
		await handoffs.leaving(render);
		await handoffs.arrive(render.id, 'owner', ['/']);
		expect(resumed).toEqual(['state']);
		expect(await createShelf(store, createSeal(['secret'])).take(placeOf('owner', render.id), 0, false)).toBeNull();
	});

	it.each([
		['nothing that is sealed', 'in half'],
		['an empty text', ''],
		['what was sealed elsewhere', createSeal(['secret']).close('[]', 'elsewhere')],
		['a snapshot of another form', createSeal(['secret']).close('[]', placeOf('owner', 'former-page'))],
		['no JSON', createSeal(['secret']).close('{', placeOf('owner', 'former-page'))],
		['much', 'x'.repeat(100_000)],
	])('that returns %s has the page start fresh', async (_name, value) => {
		const { handoffs, store, warned, resumed } = side();
		store.entries.set(placeOf('owner', 'former-page'), value);
		await handoffs.arrive('former-page', 'owner', ['/']);
		expect(resumed).toEqual([]);
		expect(warned).toHaveLength(1);
	});
});

describe('a hook', () => {
	it('that is slow costs its own part alone', async () => {
		const { handoffs, hooks, warned, resumed, told } = side();
		const render = told();
		render.channel('one', (channel) => channel.onDrain(() => hanging()));
		hooks.resume.set(2, hanging);
		await handoffs.leaving(render);
		await handoffs.arrive(render.id, 'owner', ['/']);
		expect(warned).toEqual([expect.stringMatching(/^channel 'one': took longer than 0\.[1-4] s$/)]);
		expect(resumed).toEqual(['state']);
		hooks.drain = { schema: 2, take: () => 'for a hook that hangs' };
		const next = told();
		await handoffs.leaving(next);
		await handoffs.arrive(next.id, 'owner', ['/']);
		expect(warned[1]).toBe('took longer than 0.4 s');
	});

	it('that throws what has no text costs its state, and no page', async () => {
		const { handoffs, hooks, warned, told } = side();
		const render = told();
		await handoffs.leaving(render);
		hooks.resume.set(1, () => Promise.reject(Object.create(null)));
		expect((await handoffs.arrive(render.id, 'owner', ['/'])).owner).toBe('owner');
		expect(warned).toEqual(['it threw what has no text']);
	});

	it('is asked although a handler never ends', async () => {
		const { handoffs, resumed, told } = side();
		const render = told();
		void handoffs.heard(render, hanging());
		await handoffs.leaving(render);
		await handoffs.arrive(render.id, 'owner', ['/']);
		expect(resumed).toEqual(['state']);
	});

	it('is asked once where a page says twice that it goes, and a handler of its fails', async () => {
		const { handoffs, hooks, told } = side();
		const render = told();
		let asked = 0;
		hooks.drain = { schema: 1, take: () => ++asked };
		const handling = sleep(20).then(() => Promise.reject(new Error('of the handler')));
		const heard = expect(handoffs.heard(render, handling)).rejects.toThrow('of the handler');
		await Promise.all([handoffs.leaving(render), handoffs.leaving(render), heard]);
		await handoffs.leaving(render);
		expect(asked).toBe(1);
	});
});

describe('a snapshot', () => {
	it('whose server died while it was made is waited for in vain, and not for ever', async () => {
		const { handoffs, store, warned } = side();
		await createShelf(store, createSeal(['secret'])).announce(placeOf('owner', 'former-page'));
		const began = performance.now();
		await handoffs.arrive('former-page', 'owner', ['/']);
		expect(performance.now() - began).toBeLessThan(2_000);
		expect(warned).toEqual(['its former server did not finish it']);
	});

	it('that nobody comes for is gone after a minute, also in a store that keeps all, and is too old before', async () => {
		vi.useFakeTimers();
		onTestFinished(() => void vi.useRealTimers());
		const { handoffs, store, told } = side();
		const [render, other] = [told(), told()];
		await handoffs.leaving(render);
		await handoffs.leaving(other);
		const late = side(store, () => Date.now() + KEPT_MS + 1);
		await late.handoffs.arrive(other.id, 'owner', ['/']);
		expect([late.warned, late.resumed]).toEqual([['it is too old'], []]);
		expect(store.snapshots()).toHaveLength(1);
		await vi.advanceTimersByTimeAsync(KEPT_MS);
		expect(store.snapshots()).toEqual([]);
		expect(vi.getTimerCount()).toBe(0);
	});

	it('of a page that said that it goes, and says more later, is taken back, and made anew when it goes', async () => {
		vi.useFakeTimers();
		onTestFinished(() => void vi.useRealTimers());
		const { handoffs, store, resumed, told } = side();
		const render = told();
		await handoffs.leaving(render);
		await vi.advanceTimersByTimeAsync(STAYS_MS);
		expect(store.snapshots()).toHaveLength(1);
		await handoffs.heard(render, Promise.resolve());
		expect(store.snapshots()).toEqual([]);
		render.data.set('state', 'newer');
		await handoffs.leaving(render);
		await handoffs.arrive(render.id, 'owner', ['/']);
		expect(resumed).toEqual(['newer']);
	});

	it('that is taken back while it is made takes nothing of the next one, which is at the same place', async () => {
		const { handoffs, hooks, resumed, told } = side();
		const render = told();
		hooks.drain = { schema: 1, take: () => sleep(100, 'first') };
		const first = handoffs.leaving(render);
		await sleep(50);
		const stays = handoffs.staying(render);
		hooks.drain = { schema: 1, take: () => 'next' };
		await Promise.all([handoffs.leaving(render), first, stays]);
		await handoffs.arrive(render.id, 'owner', ['/']);
		expect(resumed).toEqual(['next']);
	});

	it('has nothing of a channel that its page closed after it said that it goes', async () => {
		const { handoffs, hooks, store, told } = side();
		hooks.drain = null;
		const render = told();
		render.channel('one', (channel) => channel.onDrain(() => 'state'));
		await handoffs.leaving(render);
		render.closeChannel('one');
		await handoffs.heard(render, Promise.resolve());
		const shelf = createShelf(store, createSeal(['secret']));
		expect(await shelf.take(placeOf('owner', render.id), 1_000, false)).toBeNull();
	});

	it('that is in a render session already is not for another path, nor for a session that was rotated', async () => {
		const { handoffs, told } = side();
		const render = told();
		await handoffs.leaving(render);
		const first = await handoffs.arrive(render.id, 'owner', ['/']);
		expect(await handoffs.arrive(render.id, 'owner', ['/elsewhere'])).not.toBe(first);
		expect(await handoffs.arrive(render.id, 'owner', ['/'])).toBe(first);
		first.reown('successor', false);
		const stale = await handoffs.arrive(render.id, 'owner', ['/']);
		expect([stale === first, stale.owner]).toEqual([false, 'owner']);
	});

	it('is taken by one of many that ask at once', async () => {
		const { handoffs, store, told } = side();
		const render = told();
		await handoffs.leaving(render);
		const shelf = createShelf(store, createSeal(['secret']));
		const takers = Array.from({ length: 20 }, () => shelf.take(placeOf('owner', render.id), 1_000, false));
		expect((await Promise.all(takers)).filter((text) => text !== null)).toHaveLength(1);
	});
});

it('of a crowd that leaves at once so many snapshots are made as have room, and none is lost', async () => {
	const { handoffs, hooks, store, told } = side(new OpenStore(), Date.now, 2_000);
	let [making, most] = [0, 0];
	hooks.drain = {
		schema: 1,
		take: async () => {
			making += 1;
			most = Math.max(most, making);
			await sleep(20);
			making -= 1;
			return 'state';
		},
	};
	const pages = Array.from({ length: 1_000 }, () => told());
	await Promise.all(pages.map((render) => handoffs.leaving(render)));
	expect(most).toBe(200);
	expect(store.snapshots()).toHaveLength(1_000);
});

it('work that fails gives its turn to the next', async () => {
	const inTurn = createTurns(1);
	const failed = expect(inTurn(failing)).rejects.toThrow('away');
	expect(await inTurn(async () => 'next')).toBe('next');
	await failed;
	expect(await inTurn(async () => 'last')).toBe('last');
});

it('in production a store in the memory of the process is told of at the start, and another one is not', () => {
	const open = side();
	open.handoffs.check();
	const memory = side(Object.assign(new OpenStore(), { [SESSION_STORE_BRAND]: 'memory' }));
	memory.handoffs.check();
	expect(open.warned).toEqual([]);
	expect(memory.warned).toEqual([expect.stringContaining('give the app one that versions share')]);
});
