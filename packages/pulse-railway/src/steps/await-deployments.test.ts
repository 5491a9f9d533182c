import { beforeEach, describe, expect, it } from 'vitest';
import type { StepOf } from '../plan/step.ts';
import { stack } from '../plan/testing/stack.ts';
import { PlatformError } from '../platform/error.ts';
import type { PlatformDeployment } from '../platform/port.ts';
import { awaitBaselineStep, awaitDeployments } from './await-deployments.ts';
import { type Recorded, recordingPorts } from './testing/recording-ports.ts';

type Seen = readonly [PlatformDeployment['status'], boolean?];

let world: Recorded;
beforeEach(async () => {
	world = await recordingPorts(stack());
});

const names = { router: 'pulse-router', janitor: 'pulse-janitor', redis: 'pulse-redis', env: 'pulse-env' };
const baseline = awaitBaselineStep(names, ['pulse-router', 'pulse-janitor']) as StepOf<'await-deployments'>;

/** Each service's deployment shows these states one after the other, and stays at the last. */
async function wait(step: StepOf<'await-deployments'>, shown: Readonly<Record<string, readonly Seen[]>>) {
	const run = world.start();
	const asked: Record<string, number> = {};
	world.ports.openPlatform({ projectId: '', environmentId: '' }).deployment = async (id) => {
		const states = shown[id] ?? [];
		const at = asked[id] ?? 0;
		asked[id] = at + 1;
		const [status, stopped = false] = states[Math.min(at, states.length - 1)] ?? ['SUCCESS'];
		return { id, status, stopped, createdAt: '' };
	};
	for (const service of step.services) run.deployments.set(service, { id: service, status: null });
	await awaitDeployments(step, run, new AbortController().signal, () => {});
	return asked;
}

const backend: StepOf<'await-deployments'> = {
	kind: 'await-deployments',
	id: 'await',
	title: 'Wait',
	services: ['new'],
	budgetSeconds: 900,
	failures: { new: 'backend source build failed' },
};

describe('waiting for a deployment (R6.7)', () => {
	it('goes on while it builds, also when Railway calls it stopped meanwhile', async () => {
		const asked = await wait(backend, {
			new: [['INITIALIZING', true], ['BUILDING', true], ['DEPLOYING'], ['SUCCESS']],
		});
		expect(asked).toEqual({ new: 4 });
	});

	it.each(['FAILED', 'CRASHED', 'REMOVED'] as const)('ends at %s with the last lines of its log', async (status) => {
		await expect(wait(backend, { new: [['BUILDING'], [status]] })).rejects.toMatchObject({
			code: 'deployment-failed',
			message: `backend source build failed: ${status}`,
			detail: expect.stringContaining('npm ERR! no such thing'),
		});
	});

	it.each([
		['DEPLOYING', 'FAILED'],
		['BUILDING', 'CRASHED'],
	] as const)('after %s and %s it does not blame the build', async (before, last) => {
		await expect(wait(backend, { new: [[before], [last]] })).rejects.toMatchObject({
			next: expect.stringContaining('It was built, but ended or did not pass its healthcheck'),
		});
	});

	it('of a container app that did not pass it says what Railway asked, as whom, and by which flags to ask otherwise', async () => {
		const asked = { healthPath: '/well', port: 8501 };
		await expect(wait({ ...backend, asked }, { new: [['DEPLOYING'], ['FAILED']] })).rejects.toMatchObject({
			next: expect.stringMatching(
				/Railway asked GET \/well on port 8501 for 200, with the host name healthcheck\.railway\.app.*--health-path or --port/,
			),
		});
		await expect(wait({ ...backend, asked }, { new: [['BUILDING'], ['FAILED']] })).rejects.toMatchObject({
			next: 'Correct what the log shows, then run the command again.',
		});
	});

	it('blames the build while it builds', async () => {
		await expect(wait(backend, { new: [['BUILDING'], ['FAILED']] })).rejects.toMatchObject({
			next: 'Correct what the log shows, then run the command again.',
		});
	});

	/** The second question fails. */
	const failingOnce = async (error: PlatformError) => {
		const run = world.start();
		let asked = 0;
		world.ports.openPlatform({ projectId: '', environmentId: '' }).deployment = async (id) => {
			asked++;
			if (asked === 2) throw error;
			return { id, status: asked < 4 ? 'BUILDING' : 'SUCCESS', stopped: false, createdAt: '' };
		};
		run.deployments.set('new', { id: 'new', status: null });
		const begun = world.ports.clock.now();
		await awaitDeployments(backend, run, new AbortController().signal, () => {});
		return world.ports.clock.now() - begun;
	};
	const told = { operation: 'readDeployment', mayHaveHappened: true };

	it('goes on when Railway does not answer for a while', async () => {
		await failingOnce(new PlatformError('unavailable', 'Railway answered with HTTP 503.', told));
	});

	it('keeps as quiet as a limit asks for', async () => {
		const limited = new PlatformError('rate-limited', 'Railway answered with HTTP 429.', {
			...told,
			retryAfterMs: 300_000,
		});
		expect(await failingOnce(limited)).toBeGreaterThan(300_000);
	});

	it('ends at a limit that lasts longer than its budget, and at what does not pass', async () => {
		const limited = new PlatformError('rate-limited', 'HTTP 429', { ...told, retryAfterMs: 3_600_000 });
		await expect(failingOnce(limited)).rejects.toBe(limited);
		const refused = new PlatformError('unauthorized', 'Not Authorized', told);
		await expect(failingOnce(refused)).rejects.toBe(refused);
	});

	it('ends after its budget, saying what was seen last', async () => {
		await expect(wait(backend, { new: [['BUILDING']] })).rejects.toMatchObject({
			code: 'timeout',
			message: expect.stringContaining('900 s'),
		});
	});
});

describe('waiting while Railway does not answer', () => {
	const away = () => new PlatformError('unavailable', 'oops', { operation: 'deployment', mayHaveHappened: false });

	/** No answer from the second question on, for this long. */
	async function waitThrough(outageMs: number, failure: () => unknown): Promise<void> {
		const run = world.start();
		const { clock } = world.ports;
		let endsAt: number | undefined;
		world.ports.openPlatform({ projectId: '', environmentId: '' }).deployment = async (id) => {
			const first = endsAt === undefined;
			endsAt ??= clock.now() + outageMs;
			if (!first && clock.now() < endsAt) throw failure();
			return { id, status: first ? 'BUILDING' : 'SUCCESS', stopped: false, createdAt: '' };
		};
		run.deployments.set('new', { id: 'new', status: null });
		await awaitDeployments(backend, run, new AbortController().signal, () => {});
	}

	it('goes on after an outage of less than a minute', async () => {
		await waitThrough(55_000, away);
	});

	it('ends with its error after a longer one', async () => {
		await expect(waitThrough(120_000, away)).rejects.toMatchObject({ code: 'platform-unavailable', message: 'oops' });
	});

	it('ends at once with an answer that will not change', async () => {
		const refused = () => new PlatformError('unauthorized', 'no', { operation: 'deployment', mayHaveHappened: false });
		await expect(waitThrough(3_000, refused)).rejects.toMatchObject({ code: 'platform-unauthorized' });
	});
});

describe('waiting for the stable services (R5.19)', () => {
	it('waits for both together', async () => {
		const asked = await wait(baseline, { 'pulse-router': [['BUILDING'], ['SUCCESS']], 'pulse-janitor': [['SUCCESS']] });
		expect(asked).toEqual({ 'pulse-router': 2, 'pulse-janitor': 1 });
		expect(baseline.budgetSeconds).toBe(900);
	});

	it.each([
		['pulse-router', 'router deployment failed: FAILED'],
		['pulse-janitor', 'janitor deployment failed: FAILED'],
	])('a failure of %s ends the wait for the other', async (service, message) => {
		const shown: Record<string, Seen[]> = { 'pulse-router': [['BUILDING']], 'pulse-janitor': [['BUILDING']] };
		shown[service] = [['FAILED']];
		await expect(wait(baseline, shown)).rejects.toThrow(message);
	});
});
