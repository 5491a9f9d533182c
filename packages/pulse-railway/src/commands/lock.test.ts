import { usageError } from 'pulse-deploy-kit/errors';
import { recordingHost } from 'pulse-deploy-kit/recording-host';
import { beforeEach, expect, it, vi } from 'vitest';
import type { RouterPort } from '../adapters/ports.ts';
import type { Session } from '../adapters/session.ts';
import { stack } from '../plan/testing/stack.ts';
import { withDeployLock } from '../stack/deploy-lock.ts';
import { type Recorded, recordingPorts } from '../steps/testing/recording-ports.ts';
import { lock } from './lock.ts';

const signal = new AbortController().signal;
const looks = {
	token: undefined,
	target: { projectId: 'p', environmentId: 'e' },
	routerService: 'pulse-router',
	breaks: false,
} as unknown as Parameters<typeof lock>[1];
const breaks = { ...looks, breaks: true };
let world: Recorded;

beforeEach(async () => {
	world = await recordingPorts(stack());
});

function session(answers: readonly boolean[] = [], router: RouterPort = world.router): Session {
	const ports = { ...world.ports, openPlatform: () => ({ observe: async () => stack() }), openRouter: () => router };
	return { ports, account: {}, env: {}, host: recordingHost(answers), signal, dryRun: false } as unknown as Session;
}

/** A command that took the lock and sleeps: its clock is set by the test, and it renews nothing. */
function sleeper() {
	const clock = { time: Date.now(), now: () => clock.time, sleep: () => new Promise<void>(() => {}) };
	const owner = 'ann@laptop: pulse-railway rollback';
	const options = { router: world.router, clock, host: recordingHost(), signal, owner, ttlMs: 2_000 };
	let wake = () => {};
	const awake = new Promise<void>((resolve) => {
		wake = resolve;
	});
	const ended = withDeployLock(options, async (held) => {
		await awake;
		await held.confirm();
	}).then(
		() => 'done',
		(error) => error.code,
	);
	return { clock, wake: () => wake(), ended };
}

it('shows who holds it and by which command, and changes nothing (R8.10)', async () => {
	expect(await lock(session(), looks)).toMatchObject({ held: false, by: null, broken: false });
	expect(await lock(session(), breaks)).toMatchObject({ held: false, broken: false });
	const { wake, ended } = sleeper();
	await vi.waitFor(async () => expect((await lock(session(), looks)).held).toBe(true));
	expect(await lock(session(), looks)).toMatchObject({
		by: 'ann@laptop: pulse-railway rollback',
		command: 'pulse-railway rollback',
		since: expect.stringMatching(/Z$/),
	});
	await expect(lock(session([false]), breaks)).rejects.toThrow('Declined');
	wake();
	expect(await ended).toBe('done');
});

it('a holder that was broken and wakes is refused, and the next command gets the lock (R8.10)', async () => {
	const { clock, wake, ended } = sleeper();
	await vi.waitFor(async () => expect((await lock(session(), looks)).held).toBe(true));
	const report = await lock(session([true]), breaks);
	expect(report).toMatchObject({ by: 'ann@laptop: pulse-railway rollback', broken: true });
	const next = { name: 'deploy', owner: 'bob', token: 'b'.repeat(32), ttlMs: 15_000 } as const;
	// As long as the sleeper's own grant would have lasted.
	expect(await world.router.control('lock.acquire', next, signal)).toMatchObject({ granted: false });
	await vi.waitFor(
		async () => expect(await world.router.control('lock.acquire', next, signal)).toMatchObject({ granted: true }),
		5_000,
	);
	expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(report.lapses_at ?? ''));
	await world.router.control('lock.release', next, signal);
	// Also where no command has it any more.
	clock.time += 2_000;
	wake();
	expect(await ended).toBe('lock-lost');
});

it('says so where the router is older and breaks no lock', async () => {
	const { wake, ended } = sleeper();
	await vi.waitFor(async () => expect((await lock(session(), looks)).held).toBe(true));
	const { control } = world.router;
	const older: RouterPort = {
		...world.router,
		control: (method, params, stop) =>
			method === 'lock.break'
				? Promise.reject(usageError('the router does not understand this'))
				: control(method, params, stop),
	};
	await expect(lock(session([true], older), breaks)).rejects.toMatchObject({ code: 'router-outdated' });
	wake();
	expect(await ended).toBe('done');
});
