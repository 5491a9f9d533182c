import { systemClock } from 'pulse-deploy-kit/clock';
import { expect, it } from 'vitest';
import type { Session } from '../adapters/session.ts';
import { deployConfig, deployInputs } from '../config/deploy.ts';
import { stack } from '../plan/testing/stack.ts';
import { type Recorded, recordingPorts } from '../steps/testing/recording-ports.ts';
import { deploy } from './deploy.ts';

const typed = {
	flags: { projectId: 'p', environmentId: 'e', deploymentId: 'new' },
	args: [],
	env: {},
	cwd: '/here',
};
const app = { file: '/app.ts', language: 'javascript', plugins: [], sessionStore: null } as const;

/** `atTheLock`: before the deploy lock is asked for, with the token of the lease. */
async function deploying(oldRouter: boolean, atTheLock?: (world: Recorded, token: string) => Promise<unknown>) {
	const world = await recordingPorts(stack({ active: 'old', backends: ['old'] }));
	const { control } = world.router;
	const locks: string[] = [];
	let sleptMs = 0;
	let token = '';
	(world.router as { control: unknown }).control = async (
		method: string,
		params: { name?: string; token?: string },
		until: never,
	) => {
		if (/^lock\.(acquire|release)$/.test(method)) {
			locks.push(`${method} ${params.name}`);
			world.calls.push(`${method} ${params.name}`);
			if (method === 'lock.acquire' && params.name === 'lease:new') token = params.token ?? '';
			if (method === 'lock.acquire' && params.name === 'deploy' && atTheLock !== undefined) {
				await atTheLock(world, token);
				sleptMs = 60_000;
			}
		}
		const answer = await control(method as 'status', params as object, until);
		if (!oldRouter || method !== 'status') return answer;
		const { leases: _, ...known } = answer as { leases?: unknown };
		return known;
	};
	const platform = world.ports.openPlatform({ projectId: 'p', environmentId: 'e' });
	(platform as { isWholeProject: unknown }).isWholeProject = async () => false;
	const session = {
		...{
			ports: { ...world.ports, clock: { ...systemClock, now: () => Date.now() + sleptMs } },
			host: world.host,
			account: {},
			env: {},
			cwd: '/here',
			dryRun: false,
		},
		signal: new AbortController().signal,
	} as unknown as Session;
	const config = deployConfig(typed, deployInputs(typed), app, {});
	const done = deploy(session, {
		...{
			token: undefined,
			app,
			kindIsSaid: true,
			config,
			context: '/shop',
			appFile: 'app.ts',
			dockerfile: 'Dockerfile',
		},
		...{ webRoot: undefined, commit: null },
	});
	const failure = await done.then(
		() => null,
		(error: unknown) => error,
	);
	const at = (call: string) => world.calls.indexOf(call);
	return { world, failure, locks, at };
}

it('a deploy builds under a lease of its own, and holds the deploy lock for the cut-over alone', async () => {
	const { failure, locks, at } = await deploying(false);
	expect(failure).toBeNull();
	expect(locks).toEqual([
		'lock.acquire lease:new',
		'lock.acquire deploy',
		'lock.release deploy',
		'lock.release lease:new',
	]);
	expect(at('lock.acquire lease:new')).toBeLessThan(at('control register new'));
	expect(at('control register new')).toBeLessThan(at('createService new'));
	expect(at('meta new')).toBeLessThan(at('lock.acquire deploy'));
});

it('with a router that knows no leases it holds the deploy lock all along', async () => {
	const { failure, locks, at } = await deploying(true);
	expect(failure).toBeNull();
	expect(locks).toEqual(['lock.acquire deploy', 'lock.release deploy']);
	expect(at('lock.acquire deploy')).toBeLessThan(at('createService new'));
	expect(at('meta active')).toBeLessThan(at('lock.release deploy'));
});

it('a deploy that slept at the lock, while another cleaned up after it and makes the same id anew, touches nothing of it', async () => {
	const signal = new AbortController().signal;
	const bob = { owner: 'bob', token: 'b'.repeat(32), ttlMs: 15_000 };
	const { world, failure } = await deploying(false, async ({ router }, token) => {
		await router.control('lock.release', { name: 'lease:new', token }, signal);
		await router.control('remove', { id: 'new', from: 'pending' }, signal);
		await router.control('lock.acquire', { name: 'lease:new', ...bob }, signal);
		await router.control('register', { id: 'new', serviceName: 'new' }, signal);
	});
	expect(failure).toMatchObject({ code: 'lock-lost' });
	expect(world.calls.filter((call) => /PULSE_ACTIVE_DEPLOYMENT|control promote|deleteService/.test(call))).toEqual([]);
});
