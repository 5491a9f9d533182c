import { usageError } from 'pulse-deploy-kit/errors';
import { recordingHost } from 'pulse-deploy-kit/recording-host';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RouterPort } from '../adapters/ports.ts';
import { stack } from '../plan/testing/stack.ts';
import { type Recorded, recordingPorts, virtualClock } from '../steps/testing/recording-ports.ts';
import { holdLease, withDeployLock, withLease } from './deploy-lock.ts';

let world: Recorded;
const signal = new AbortController().signal;
const OTHERS = { name: 'deploy', owner: 'bob@desk: deploy prod', token: 'b'.repeat(32), ttlMs: 15_000 } as const;

beforeEach(async () => {
	world = await recordingPorts(stack());
});

function lock<T>(work: () => Promise<T>, onSleep: () => Promise<unknown> = async () => {}) {
	const clock = virtualClock(Date.now());
	const { sleep } = clock;
	const slow = {
		...clock,
		sleep: (ms: number, by?: AbortSignal) =>
			ms === 1000
				? onSleep().then(() => sleep(ms, by))
				: new Promise<void>((_, reject) => by?.addEventListener('abort', () => reject(by.reason))),
	};
	const host = recordingHost();
	return {
		host,
		done: withDeployLock(
			{ router: world.router, clock: slow, host, signal, owner: 'anna@laptop: deploy', ttlMs: 15_000 },
			(_, waited) => work().then((result) => ({ result, waited })),
		),
	};
}

describe('the deploy lock', () => {
	it('is held during the work and free after it, also when the work fails', async () => {
		const holder = async () => (await world.router.control('status', {}, signal)).locks.deploy?.owner ?? null;
		expect(await lock(holder).done).toEqual({ result: 'anna@laptop: deploy', waited: false });
		expect(await holder()).toBeNull();
		await expect(lock(() => Promise.reject(new Error('work'))).done).rejects.toThrow('work');
		expect(await holder()).toBeNull();
	});

	it('of a command that ends, or was killed, is waited for, saying whose it is', async () => {
		await world.router.control('lock.acquire', OTHERS, signal);
		const { host, done } = lock(
			async () => 1,
			() => world.router.control('lock.release', OTHERS, signal),
		);
		expect(await done).toEqual({ result: 1, waited: true });
		expect(host.text()).toMatch(/Another command holds the deploy lock: bob@desk: deploy prod, for \d+ s/);
	});

	it('of a command that goes on is respected: nothing is done', async () => {
		await world.router.control('lock.acquire', OTHERS, signal);
		let worked = false;
		const { done } = lock(async () => {
			worked = true;
		});
		await expect(done).rejects.toMatchObject({ code: 'lock-held', message: expect.stringContaining('bob@desk') });
		expect(worked).toBe(false);
	});

	it('that lapsed is lost where the router is older and cannot say whether another had it', async () => {
		const { control } = world.router;
		let token = '';
		const older: RouterPort = {
			...world.router,
			control: (method, params, stop) => {
				if (method === 'lock.acquire') ({ token } = params as { token: string });
				if (method === 'lock.retake') return Promise.reject(usageError('the router does not understand this'));
				return control(method, params, stop);
			},
		};
		const clock = { time: Date.now(), now: () => clock.time, sleep: () => new Promise<void>(() => {}) };
		const options = { router: older, clock, host: recordingHost(), signal, owner: 'anna', ttlMs: 15_000 };
		await withDeployLock(options, async (lock) => {
			await lock.confirm();
			await control('lock.release', { name: 'deploy', token }, signal);
			clock.time += 15_000;
			await expect(lock.confirm()).rejects.toMatchObject({
				code: 'lock-lost',
				detail: expect.stringContaining('the router is older than this command'),
			});
			expect(lock.signal.aborted).toBe(true);
		});
	});
});

describe('the lease of a deployment that may be half made', () => {
	const clock = { time: Date.now(), now: () => clock.time, sleep: () => new Promise<void>(() => {}) };
	const theirs = { clock, host: recordingHost(), signal, owner: 'bob@desk: deploy x', ttlMs: 15_000 };

	it('refuses whoever wants to change it while the command that makes it lives', async () => {
		const quick = virtualClock(Date.now());
		await holdLease({ ...theirs, router: world.router }, 'x');
		const work = () => Promise.reject(new Error('done all the same'));
		await expect(
			withLease({ ...theirs, router: world.router, clock: quick, owner: 'anna@laptop: promote x' }, 'x', work),
		).rejects.toMatchObject({ code: 'lock-held', message: expect.stringMatching(/'x' is being made by bob@desk/) });
	});

	it('once another has changed it, the command that made it and slept takes nothing back any more', async () => {
		const { control } = world.router;
		let token = '';
		const router: RouterPort = {
			...world.router,
			control: (method, params, stop) => {
				if (method === 'lock.acquire' && token === '') ({ token } = params as { token: string });
				return control(method, params, stop);
			},
		};
		const lease = await holdLease({ ...theirs, router }, 'x');
		await control('lock.release', { name: 'lease:x', token }, signal);
		expect(await withLease({ ...theirs, router, owner: 'anna' }, 'x', async () => 'promoted')).toBe('promoted');
		clock.time += 15_000;
		await expect(lease?.confirm()).rejects.toMatchObject({ code: 'lock-lost' });
	});

	it('excludes nobody where the router is older and knows none', async () => {
		const older: RouterPort = {
			...world.router,
			control: () => Promise.reject(usageError('the router does not understand this')),
		};
		expect(await withLease({ ...theirs, router: older }, 'x', async () => 'promoted')).toBe('promoted');
	});
});
