import { DeployToolError } from 'pulse-deploy-kit/errors';
import { beforeEach, describe, expect, it } from 'vitest';
import { deployConfig, deployInputs } from '../config/deploy.ts';
import { holdLock } from '../control/hold-lock.ts';
import type { LockRequest } from '../deployments/lock.ts';
import { moveVisitors } from '../plan/cut-over.ts';
import { planDeploy } from '../plan/deploy.ts';
import { planPromote } from '../plan/promote.ts';
import type { Plan } from '../plan/step.ts';
import { live, NOW, stack } from '../plan/testing/stack.ts';
import { PlatformError } from '../platform/error.ts';
import { baselineFacts } from '../stack/baseline.ts';
import { execute } from './execute.ts';
import type { Run } from './run.ts';
import { type Recorded, recordingPorts } from './testing/recording-ports.ts';

const observation = stack({ active: 'old', backends: ['old'] });
const app = { file: '/app.ts', language: 'javascript', plugins: [], sessionStore: null } as const;
let world: Recorded;
let plan: Plan;

beforeEach(async () => {
	world = await recordingPorts(observation);
	const typed = { flags: {}, args: [], env: {}, cwd: '/here' };
	const config = deployConfig(typed, deployInputs(typed), app, {});
	plan = planDeploy(
		{
			observation,
			baseline: baselineFacts(observation, config.names),
			live: live({ old: 'active' }),
			now: NOW,
			activeSessions: 0,
			app,
			kindIsSaid: true,
			deploymentId: 'new',
			context: '/shop',
			appFile: 'app.ts',
			dockerfile: 'Dockerfile',
			webRoot: undefined,
			commit: null,
		},
		config,
	);
});

const signal = new AbortController().signal;
const run = (options: Partial<Parameters<typeof execute>[2]> = {}) =>
	execute(plan, world.start(), { signal, ...options });
const services = () => world.observation.services.map(({ name }) => name);
const records = async () => {
	const status = await world.router.control('status', {}, signal);
	return status.snapshot.deployments.map(({ id, state }) => `${id} ${state}`).sort();
};
const durable = () => world.observation.sharedVariables.PULSE_ACTIVE_DEPLOYMENT;

/** The first call of each step of the plan, up to the commit point. */
const BEFORE_COMMIT = [
	'control register new',
	'createService new',
	'updateInstance new',
	'upload new',
	'deployment d1',
	'meta new',
];
const COMMIT = 'setVariables shared PULSE_ACTIVE_DEPLOYMENT';
const broken = new DeployToolError('broken', 'It broke.', { fault: 'platform' });

describe('a deploy', () => {
	it('does its calls in the one order, and leaves the old deployment draining (R7.14)', async () => {
		await run();
		const asked = world.calls.filter((call) => !call.startsWith('control status'));
		expect(asked).toEqual([
			'control register new',
			'createService new',
			'setGroup',
			'updateInstance new',
			'upload new',
			'deployment d1',
			'meta new',
			'page / new',
			COMMIT,
			'control promote new',
			'meta active',
		]);
		expect([await records(), durable()]).toEqual([['new active', 'old draining'], 'new']);
	});

	it('goes on when a cosmetic step fails', async () => {
		world.before = (call) => {
			if (call === 'setGroup') throw broken;
		};
		await run();
		expect(world.host.text()).toContain('It broke.');
		expect(durable()).toBe('new');
	});
});

describe.each(BEFORE_COMMIT)('before the commit point, at %s', (where) => {
	const untouched = async () => {
		expect(services()).not.toContain('new');
		expect(services()).toContain('old');
		expect([await records(), durable()]).toEqual([['old active'], 'old']);
	};

	it('a failure is undone, and it is what is told (R6.8)', async () => {
		world.before = (call) => {
			if (call === where) throw broken;
		};
		await expect(run()).rejects.toBe(broken);
		await untouched();
	});

	it('a lost answer is undone too: what was done without our knowing is found by its name', async () => {
		world.after = (call) => {
			if (call === where) throw broken;
		};
		await expect(run()).rejects.toBe(broken);
		await untouched();
	});

	it('Ctrl-C is undone', async () => {
		const controller = new AbortController();
		world.before = (call) => {
			if (call !== where) return;
			controller.abort();
			controller.signal.throwIfAborted();
		};
		await expect(run({ signal: controller.signal })).rejects.toMatchObject({ code: 'cancelled' });
		await untouched();
	});

	it('--keep-failed keeps what there is', async () => {
		world.after = (call) => {
			if (call === where) throw broken;
		};
		await expect(run({ keepFailed: true })).rejects.toMatchObject({
			code: 'broken',
			detail: expect.stringContaining('kept'),
		});
		expect(services().includes('new')).toBe(where !== 'control register new');
		expect(await records()).toContain('new pending');
		expect(durable()).toBe('old');
	});
});

describe('at the commit point', () => {
	it('Ctrl-C before it undoes', async () => {
		const controller = new AbortController();
		world.after = (call) => {
			if (call === 'meta new') controller.abort();
		};
		await expect(run({ signal: controller.signal })).rejects.toMatchObject({ code: 'cancelled' });
		expect([services().includes('new'), durable()]).toEqual([false, 'old']);
	});

	it('a write that surely was not made undoes', async () => {
		world.before = (call) => {
			if (call === COMMIT) throw new PlatformError('rejected', 'No.', { operation: 'x', mayHaveHappened: false });
		};
		await expect(run()).rejects.toMatchObject({ message: 'No.' });
		expect([services().includes('new'), await records()]).toEqual([false, ['old active']]);
	});

	it('a write whose answer was lost is looked for, and counts when it is found', async () => {
		world.after = (call) => {
			if (call === COMMIT) throw new PlatformError('network', 'Gone.', { operation: 'x', mayHaveHappened: true });
		};
		await run();
		expect([await records(), durable()]).toEqual([['new active', 'old draining'], 'new']);
	});

	it('a write that may have been made and cannot be found undoes nothing', async () => {
		world.before = (call) => {
			if (call === COMMIT) throw new PlatformError('network', 'Gone.', { operation: 'x', mayHaveHappened: true });
		};
		await expect(run()).rejects.toMatchObject({
			message: 'Gone.',
			next: 'Finish it with: pulse-railway promote --deployment-id new --service pulse-router',
		});
		expect(services()).toContain('new');
		expect(await records()).toContain('new pending');
	});

	it('Ctrl-C during it waits for the promotion: both truths change together', async () => {
		const controller = new AbortController();
		world.before = (call) => {
			if (call === COMMIT) controller.abort();
		};
		await expect(run({ signal: controller.signal })).rejects.toMatchObject({
			code: 'cancelled',
			detail: 'not done: Check that new visitors reach new',
		});
		expect([await records(), durable()]).toEqual([['new active', 'old draining'], 'new']);
	});
});

describe('the deploy lock of a machine that sleeps', () => {
	const TOKEN = 'a'.repeat(32);
	const request = { name: 'deploy', owner: 'anna', token: TOKEN, ttlMs: 15_000 } as const;
	const BOB = { ...request, owner: 'bob', token: 'b'.repeat(32) };
	const status = async () => (await world.router.control('status', { sessions: false }, signal)).snapshot;

	/** Time passes where a test says so; then the timers fire. */
	function steppedClock() {
		let sleepers: { readonly at: number; readonly wake: () => void }[] = [];
		const clock = {
			time: Date.now(),
			now: () => clock.time,
			sleep: (ms: number, stop?: AbortSignal) =>
				new Promise<void>((resolve, reject) => {
					sleepers.push({ at: clock.time + ms, wake: resolve });
					stop?.addEventListener('abort', () => reject(stop.reason));
				}),
			pass(ms: number) {
				clock.time += ms;
				const due = sleepers.filter(({ at }) => at <= clock.time);
				sleepers = sleepers.filter(({ at }) => at > clock.time);
				for (const { wake } of due) wake();
			},
		};
		return clock;
	}

	/** Held for 15 s from now. */
	async function locked() {
		const clock = steppedClock();
		const port = {
			acquireLock: ({ lastFence, ...rest }: LockRequest) =>
				lastFence === undefined
					? world.router.control('lock.acquire', rest, signal)
					: world.router.control('lock.retake', { ...rest, lastFence }, signal),
			renewLock: () => world.router.control('lock.renew', { name: 'deploy', token: TOKEN, ttlMs: 15_000 }, signal),
			releaseLock: () => world.router.control('lock.release', { name: 'deploy', token: TOKEN }, signal),
		};
		const lock = await holdLock(port, request, clock, signal);
		if (!lock.held) throw new Error('not granted');
		const running = (relock?: Run['relock']) =>
			execute(plan, { ...world.start(), lock, relock }, { signal: lock.signal });
		/** The machine sleeps in `call`, longer than its lock, while `work` happens. */
		const sleepIn = (call: string, work: () => Promise<unknown>, when: 'before' | 'after' = 'after') => {
			let asleep: Promise<unknown> | undefined;
			world[when] = (made) => {
				if (made !== call || asleep !== undefined) return undefined;
				asleep = port.releaseLock().then(work);
				return asleep.then(() => clock.pass(15_000));
			};
		};
		return { clock, lock, running, sleepIn };
	}
	async function bobPromotes(id: string): Promise<void> {
		await world.router.control('lock.acquire', BOB, signal);
		if (!services().includes(id))
			world.observation.services = stack({ active: id, backends: [id, 'old', 'new'] }).services;
		world.observation.sharedVariables = { PULSE_ACTIVE_DEPLOYMENT: id };
		await world.router.control('promote', { id, serviceName: id }, signal);
		await world.router.control('lock.release', BOB, signal);
	}

	it.each(BEFORE_COMMIT)(
		'that nobody had meanwhile is taken again, and the deploy goes on: asleep in %s',
		async (where) => {
			const { lock, running, sleepIn } = await locked();
			const { fence } = lock.grant;
			sleepIn(where, async () => {});
			await running();
			expect(lock.grant.fence).toBeGreaterThan(fence);
			expect([await records(), durable()]).toEqual([['new active', 'old draining'], 'new']);
		},
	);

	it.each(BEFORE_COMMIT)(
		'that another had meanwhile ends the deploy, which destroys nothing of the other: asleep in %s',
		async (where) => {
			const { running, sleepIn } = await locked();
			sleepIn(where, () => bobPromotes('new'));
			await expect(running()).rejects.toMatchObject({
				code: 'lock-lost',
				detail: expect.stringMatching(/Not undone, since another command[\s\S]*Forget new/),
			});
			expect(world.calls).not.toContain(COMMIT);
			expect(world.calls.filter((call) => /^(deleteService|control remove)/.test(call))).toEqual([]);
			expect(services()).toContain('new');
			expect([(await status()).activeId, durable()]).toEqual(['new', 'new']);
		},
	);

	it('that another had meanwhile is not written over: a durable write that was sent late is put back', async () => {
		const { running, sleepIn } = await locked();
		sleepIn(COMMIT, () => bobPromotes('bobs'), 'before');
		await expect(running(async (work) => work((await locked()).lock))).rejects.toMatchObject({
			code: 'lock-lost',
			detail: expect.stringContaining('bobs is the active deployment, as before or as another command left it'),
		});
		expect([durable(), (await status()).activeId]).toEqual(['bobs', 'bobs']);
		expect(services()).toContain('new');
	});

	/** `bob` has the lock for a moment, and finds nothing to do. */
	const bobLooks = async () => {
		await world.router.control('lock.acquire', BOB, signal);
		await world.router.control('lock.release', BOB, signal);
	};

	it.each([
		['which then does nothing', bobLooks, 'old'],
		['which then promotes', () => bobPromotes('bobs'), 'bobs'],
	])(
		'that another had between the durable write and the live one, %s: the durable one is put back',
		async (_, work, active) => {
			const { running, sleepIn } = await locked();
			sleepIn('control promote new', work, 'before');
			await expect(running(async (work) => work((await locked()).lock))).rejects.toMatchObject({
				code: 'lock-lost',
				detail: expect.stringContaining(`${active} is the active deployment, as before or as another command left it`),
			});
			expect([durable(), (await status()).activeId]).toEqual([active, active]);
			expect(services()).toContain('new');
		},
	);

	it.each([
		['before the look at it', 'control status', 'before'],
		['while the answer of that look was under way', 'control status', 'after'],
		['before the durable write', COMMIT, 'before'],
		['after the durable write', COMMIT, 'after'],
	] as const)(
		'that lay free while the janitor deleted the target of a rollback, %s: it does not become active',
		async (_, call, when) => {
			for (const id of ['former', 'old']) await world.router.control('promote', { id, serviceName: id }, signal);
			world.observation.services = stack({ backends: ['former', 'old'] }).services;
			const routerService = 'pulse-router';
			const facts = { observation: world.observation, live: await status(), activeSessions: 0, routerService };
			plan = planPromote(facts, 'former');
			const { running, sleepIn } = await locked();
			const isWritten = () => world.calls.includes(COMMIT);
			sleepIn(
				call,
				async () => {
					await world.router.control('retire', { id: 'former' }, signal);
					world.observation.services = stack({ backends: ['old'] }).services;
					await world.router.control('remove', { id: 'former' }, signal);
				},
				when,
			);
			await expect(running()).rejects.toMatchObject({
				code: 'deployment-state',
				message: 'deployment former is gone by now',
				...(call === COMMIT ? { detail: expect.stringContaining('old is the active deployment') } : {}),
			});
			expect([durable() ?? 'old', (await status()).activeId]).toEqual(['old', 'old']);
			expect(isWritten()).toBe(call === COMMIT);
		},
	);

	it('that another holds still: what became of a durable write that was sent late is said', async () => {
		const { running, sleepIn } = await locked();
		sleepIn(COMMIT, () => bobPromotes('bobs'), 'before');
		await expect(
			running(() => Promise.reject(new DeployToolError('lock-held', 'bob', { fault: 'user' }))),
		).rejects.toMatchObject({
			code: 'lock-lost',
			detail: expect.stringMatching(/may name new as the active deployment/),
		});
	});

	it('that lapsed while the durable write hung stops its repetition, and writes again once it is taken again', async () => {
		const { clock, running } = await locked();
		const platform = world.ports.openPlatform({ projectId: '', environmentId: '' });
		const { setVariables } = platform;
		let writes = 0;
		platform.setVariables = (scope, values, stop) => {
			if (writes++ > 0) return setVariables(scope, values, stop);
			return new Promise((_, reject) => {
				stop.addEventListener('abort', () => reject(stop.reason));
				world.router.control('lock.release', { name: 'deploy', token: TOKEN }, signal).then(() => clock.pass(15_000));
			});
		};
		await running();
		expect([writes, await records(), durable()]).toEqual([2, ['new active', 'old draining'], 'new']);
	});

	it('stops the repetition of a deletion that was under way, by the clock alone: timers stand still in a sleep', async () => {
		const { clock, lock } = await locked();
		const platform = world.ports.openPlatform({ projectId: '', environmentId: '' });
		const { deleteService } = platform;
		platform.deleteService = async (id, stop) => {
			// The request is lost as the machine falls asleep; Railway's client repeats it half a second after waking up.
			await world.router.control('lock.release', { name: 'deploy', token: TOKEN }, signal);
			await bobPromotes('new');
			clock.time += 15_000;
			await new Promise((resolve) => setTimeout(resolve, 500));
			stop.throwIfAborted();
			return deleteService(id, stop);
		};
		world.before = (call) => {
			if (call === 'meta new') throw broken;
		};
		const running = execute(plan, { ...world.start(), lock }, { signal: lock.signal });
		await expect(running).rejects.toMatchObject({ code: 'broken', detail: expect.stringMatching(/Not undone, since/) });
		expect(services()).toContain('new');
	});

	it('does not undo after Ctrl-C what another made active', async () => {
		const { lock, sleepIn } = await locked();
		const controller = new AbortController();
		sleepIn('upload new', async () => {
			await bobPromotes('new');
			controller.abort();
		});
		const both = AbortSignal.any([lock.signal, controller.signal]);
		await expect(execute(plan, { ...world.start(), lock }, { signal: both })).rejects.toMatchObject({
			code: 'cancelled',
		});
		expect(services()).toContain('new');
	});
});

describe('undoing, when what this run made has become more', () => {
	it.each([
		[
			'active on Railway',
			() => Object.assign(world.observation, { sharedVariables: { PULSE_ACTIVE_DEPLOYMENT: 'new' } }),
		],
		['active at the router', () => world.router.control('promote', { id: 'new', serviceName: 'new' }, signal)],
	])('leaves it alone: %s', async (_what, becomes) => {
		const { meta } = world.router;
		(world.router as { meta: typeof meta }).meta = async () => {
			await becomes();
			throw broken;
		};
		await expect(run()).rejects.toMatchObject({
			code: 'broken',
			detail: expect.stringMatching(/Not undone:[\s\S]*active/),
		});
		expect(services()).toContain('new');
	});

	it('leaves a service of the same name alone that is another', async () => {
		world.before = (call) => {
			if (call !== 'meta new') return;
			world.observation.services = world.observation.services.map((one) =>
				one.name === 'new' ? { ...one, id: 'id-another' } : one,
			);
			throw broken;
		};
		await expect(run()).rejects.toBe(broken);
		expect(services()).toContain('new');
	});
});

describe('after the commit point', () => {
	it('nothing is undone, and what is left is said', async () => {
		world.before = (call) => {
			if (call === 'control promote new') throw broken;
		};
		await expect(run()).rejects.toMatchObject({
			code: 'broken',
			detail: 'not done: Send new visitors to new\nnot done: Check that new visitors reach new',
			next: 'Finish it with: pulse-railway promote --deployment-id new --service pulse-router',
		});
		expect([services().includes('new'), durable()]).toEqual([true, 'new']);
	});
});

it('a page that fails once its version is active is told as it is, and nothing is undone', async () => {
	const steps = plan.steps.filter(({ kind }) => kind !== 'check-page');
	plan = { ...plan, steps: [...steps, ...moveVisitors({ id: 'new', serviceName: 'new' }, '/').slice(-1)] };
	world.before = (call) => {
		if (call === 'page / new') throw broken;
	};
	const failure = await run().catch((error: DeployToolError) => error);
	expect(failure).toMatchObject({ code: 'page-failed', next: expect.stringContaining('deploy again') });
	expect([services().includes('new'), durable()]).toEqual([true, 'new']);
});

describe('undoing', () => {
	it('that fails as well names both (R6.8)', async () => {
		world.before = (call) => {
			if (call === 'meta new') throw broken;
			if (call === 'deleteService new') throw new Error('no answer');
		};
		await expect(run()).rejects.toMatchObject({
			code: 'broken',
			message: 'It broke.',
			detail: 'Not undone:\nDelete service new: no answer',
		});
		expect(await records()).toEqual(['old active']);
	});
});

it('a deployment that does not become healthy fails with the last lines of its log', async () => {
	const deployment = world.ports.openPlatform({ projectId: '', environmentId: '' });
	deployment.deployment = async (id) => ({ id, status: 'FAILED', stopped: true, createdAt: '' });
	await expect(run()).rejects.toMatchObject({
		code: 'deployment-failed',
		message: 'backend source build failed: FAILED',
		detail: expect.stringContaining('| npm ERR! no such thing'),
	});
	expect(services()).not.toContain('new');
});
