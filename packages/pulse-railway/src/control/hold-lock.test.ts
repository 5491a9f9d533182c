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
	await vi.waitFor(() => expect(lock.signal.aborted).toBe(true));
	expect(lock.signal.reason).toMatchObject({ code: 'lock-lost' });
	await lock.release();
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

it('gives up when the store stays away longer than the lock lasts', async () => {
	const lock = await hold({ ...store, renewLock: () => Promise.reject(new Error('unreachable')) });
	await vi.waitFor(() => expect(lock.signal.aborted).toBe(true));
	await lock.release();
});

it('gives up when its time is over while the store hangs', async () => {
	const lock = await hold({ ...store, renewLock: () => new Promise(() => {}) });
	await vi.waitFor(() => expect(lock.signal.aborted).toBe(true));
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
