import { DeployToolError } from 'pulse-deploy-kit/errors';
import { beforeEach, describe, expect, it } from 'vitest';
import { deployConfig, deployInputs } from '../config/deploy.ts';
import { holdLock } from '../control/hold-lock.ts';
import type { LockRequest } from '../deployments/store.ts';
import { baselineFacts } from '../plan/baseline.ts';
import { planDeploy } from '../plan/deploy.ts';
import type { Plan } from '../plan/step.ts';
import { live, NOW, stack } from '../plan/testing/stack.ts';
import { PlatformError } from '../platform/error.ts';
import { execute } from './execute.ts';
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
			deploymentId: 'new',
			context: '/shop',
			appFile: 'app.ts',
			dockerfile: 'Dockerfile',
			webRoot: undefined,
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
	'createService new',
	'updateInstance new',
	'upload new',
	'deployment d1',
	'control register new',
	'meta new',
];
const COMMIT = 'setVariables shared PULSE_ACTIVE_DEPLOYMENT';
const broken = new DeployToolError('broken', 'It broke.', { fault: 'platform' });

describe('a deploy', () => {
	it('does its calls in the one order, and leaves the old deployment draining (R7.14)', async () => {
		await run();
		const asked = world.calls.filter((call) => !call.startsWith('control status'));
		expect(asked).toEqual([
			'createService new',
			'setGroup',
			'updateInstance new',
			'upload new',
			'deployment d1',
			'control register new',
			'meta new',
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
		expect(services()).toContain('new');
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

describe('the deploy lock at the commit point', () => {
	/** Held for 15 s from now; no timer fires. */
	async function locked() {
		const clock = { time: Date.now(), now: () => clock.time, sleep: () => new Promise<void>(() => {}) };
		const port = {
			acquireLock: (request: LockRequest) => world.router.control('lock.acquire', request, signal),
			renewLock: async () => true,
			releaseLock: async () => true,
		};
		const request = { name: 'deploy', owner: 'anna', token: 'a'.repeat(32), ttlMs: 15_000 } as const;
		const lock = await holdLock(port, request, clock, signal);
		if (!lock.held) throw new Error('not granted');
		return { clock, lock };
	}

	it('that ran out while the machine slept undoes: another command may have promoted since', async () => {
		const { clock, lock } = await locked();
		world.after = (call) => {
			if (call === 'meta new') clock.time += 15_000;
		};
		const running = execute(plan, { ...world.start(), lock }, { signal: lock.signal });
		await expect(running).rejects.toMatchObject({ code: 'lock-lost' });
		expect(world.calls).not.toContain(COMMIT);
		expect([services().includes('new'), await records(), durable()]).toEqual([false, ['old active'], 'old']);
	});

	it('that is lost while the write is under way stops its repetition, and says what may be left', async () => {
		const { clock, lock } = await locked();
		world.ports.openPlatform({ projectId: '', environmentId: '' }).setVariables = (_scope, _values, stop) => {
			clock.time += 15_000;
			queueMicrotask(() => expect(() => lock.assertHeld()).toThrow('lock was lost'));
			return new Promise((_, reject) => stop.addEventListener('abort', () => reject(stop.reason)));
		};
		const running = execute(plan, { ...world.start(), lock }, { signal: lock.signal });
		await expect(running).rejects.toMatchObject({
			code: 'lock-lost',
			next: 'Finish it with: pulse-railway promote --deployment-id new --service pulse-router',
		});
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
