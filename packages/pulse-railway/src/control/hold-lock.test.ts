import { systemClock } from 'pulse-deploy-kit/clock';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { DeploymentStore } from '../deployments/store.ts';
import { openStore } from '../stores/open.ts';
import { type HeldLock, holdLock } from './hold-lock.ts';

const request = { name: 'janitor', owner: 'me', token: 'a-token', ttlMs: 300 } as const;
const signal = new AbortController().signal;
let store: DeploymentStore;

beforeEach(async () => {
	store = await openStore('memory:', { prefix: 'p' });
});
afterEach(() => store.close());

async function hold(port: Parameters<typeof holdLock>[0] = store): Promise<HeldLock> {
	const lock = await holdLock(port, request, systemClock, signal);
	if (!lock.held) throw new Error('not granted');
	return lock;
}

it('is renewed until it is released', async () => {
	const renewals = vi.fn();
	const lock = await hold({
		...store,
		renewLock: async (...args) => {
			const renewed = await store.renewLock(...args);
			renewals(renewed);
			return renewed;
		},
	});
	await vi.waitFor(() => expect(renewals.mock.calls.length).toBeGreaterThan(5));
	expect(renewals).not.toHaveBeenCalledWith(false);
	expect(lock.signal.aborted).toBe(false);
	await lock.release();
	await lock.release();
	expect(await store.lockHolder('janitor')).toBeNull();
});

it('names the holder when it is refused', async () => {
	const lock = await hold();
	const refused = await holdLock(store, { ...request, token: 'another' }, systemClock, signal);
	expect(refused).toMatchObject({ held: false, owner: 'me' });
	await lock.release();
});

it('aborts when somebody else took it', async () => {
	const lock = await hold();
	await store.releaseLock('janitor', request.token);
	await store.acquireLock({ ...request, owner: 'bob', token: 'another' });
	await vi.waitFor(() => expect(lock.signal.aborted).toBe(true));
	expect(lock.signal.reason).toMatchObject({ code: 'lock-lost' });
	await lock.release();
});

it('is lost for good when it was broken while its holder slept, and then the next one gets it', async () => {
	const clock = { time: Date.now(), now: () => clock.time, sleep: () => new Promise<void>(() => {}) };
	const lock = await holdLock(store, request, clock, signal);
	const seen = await store.lockHolder('janitor');
	if (!lock.held || seen === null) throw new Error('not granted');
	await store.breakLock({ name: 'janitor', owner: 'bob', token: 'breaks', seen });
	const refused = await holdLock(store, { ...request, token: 'another' }, systemClock, signal);
	expect(refused).toMatchObject({ held: false, owner: 'bob' });
	await vi.waitFor(async () => expect(await store.lockHolder('janitor')).toBeNull());
	clock.time += request.ttlMs;
	await expect(lock.confirm()).rejects.toMatchObject({ code: 'lock-lost' });
	expect(lock.signal.aborted).toBe(true);
	const next = await holdLock(store, { ...request, token: 'another' }, systemClock, signal);
	expect(next.held).toBe(true);
	if (next.held) await next.release();
});

it('outlives a renewal that the store missed', async () => {
	let missed = 0;
	const later = vi.fn();
	const lock = await hold({
		...store,
		renewLock: async (...args) => {
			if (missed++ === 0) throw new Error('unreachable');
			later();
			return store.renewLock(...args);
		},
	});
	await vi.waitFor(() => expect(later.mock.calls.length).toBeGreaterThan(3));
	expect(lock.signal.aborted).toBe(false);
	await lock.release();
});

it('that lapsed while the store was away is no loss: it is taken again where nobody had it', async () => {
	let away = true;
	const told: unknown[] = [];
	const lock = await hold({
		...store,
		renewLock: (...args) => (away ? Promise.reject(new Error('unreachable')) : store.renewLock(...args)),
		async acquireLock(...args) {
			told.push(args[0].firstFence);
			if (away && args[0].lastFence) throw new Error('off');
			return store.acquireLock(...args);
		},
	});
	const { term, grant } = lock;
	await vi.waitFor(() => expect(term.aborted).toBe(true));
	await expect(lock.confirm()).rejects.toMatchObject({
		code: 'lock-lost',
		detail: expect.stringMatching(/nobody can/),
	});
	expect([lock.signal.aborted, lock.lost.aborted]).toEqual([false, false]);
	away = false;
	await lock.confirm();
	expect(lock.term.aborted).toBe(false);
	expect(lock.grant.fence).toBeGreaterThan(grant.fence);
	expect([told[0], told.at(-1)]).toEqual([undefined, grant.fence]);
	expect(await store.lockHolder('janitor')).toMatchObject({ owner: 'me' });
	await lock.release();
	expect(await store.lockHolder('janitor')).toBeNull();
});

it('that lapsed is lost when another had it since, also when that one has ended', async () => {
	const asleep = { now: false };
	const answer = new Promise<boolean>(() => {});
	const lock = await hold({
		...store,
		renewLock: (...args) => (asleep.now ? answer : store.renewLock(...args)),
	});
	asleep.now = true;
	await vi.waitFor(async () => expect(await store.lockHolder('janitor')).toBeNull());
	await store.acquireLock({ ...request, token: 'another', owner: 'bob' });
	await store.releaseLock('janitor', 'another');
	asleep.now = false;
	await vi.waitFor(() => expect(lock.lost.aborted).toBe(true));
	await expect(lock.confirm()).rejects.toMatchObject({ code: 'lock-lost' });
	expect(lock.signal.reason).toMatchObject({ detail: expect.stringContaining('a command that has ended') });
	await lock.release();
});

it('counts its time from when it asked: an answer that is read after a sleep proves nothing', async () => {
	const clock = { time: 0, now: () => clock.time, sleep: () => new Promise<void>(() => {}) };
	let renewals = 0;
	const port = {
		...store,
		async renewLock() {
			// The first answer is given, and then the machine sleeps.
			if (renewals++ === 0) clock.time += 10_000;
			return true;
		},
	};
	const lock = await holdLock(port, { ...request, ttlMs: 9_000 }, clock, signal);
	if (!lock.held) throw new Error('not granted');
	await lock.confirm();
	expect(renewals).toBe(0);
	clock.time = 8_000;
	await lock.confirm();
	expect(renewals).toBe(2);
	await lock.release();
});

it('gives up its term when its time is over while the store hangs', async () => {
	const lock = await hold({ ...store, renewLock: () => new Promise(() => {}) });
	const { term } = lock;
	await vi.waitFor(() => expect(term.aborted).toBe(true));
	await lock.release();
});

it('aborts with the signal of its caller', async () => {
	const stop = new AbortController();
	const lock = await holdLock(store, request, systemClock, stop.signal);
	if (!lock.held) throw new Error('not granted');
	stop.abort(new Error('Ctrl-C'));
	expect(lock.signal.reason).toMatchObject({ message: 'Ctrl-C' });
	await lock.release();
});
