import { systemClock } from 'pulse-deploy-kit/clock';
import { expect, it } from 'vitest';
import type { Session } from '../adapters/session.ts';
import { deployConfig, deployInputs } from '../config/deploy.ts';
import { stack } from '../plan/testing/stack.ts';
import { recordingPorts } from '../steps/testing/recording-ports.ts';
import { deploy } from './deploy.ts';

const typed = {
	flags: { projectId: 'p', environmentId: 'e', deploymentId: 'new' },
	args: [],
	env: {},
	cwd: '/here',
};
const app = { file: '/app.ts', language: 'javascript', plugins: [], sessionStore: null } as const;

async function deploying(oldRouter: boolean) {
	const world = await recordingPorts(stack({ active: 'old', backends: ['old'] }));
	const { control } = world.router;
	const locks: string[] = [];
	(world.router as { control: unknown }).control = async (method: string, params: { name?: string }, until: never) => {
		if (/^lock\.(acquire|release)$/.test(method)) {
			locks.push(`${method} ${params.name}`);
			world.calls.push(`${method} ${params.name}`);
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
			ports: { ...world.ports, clock: systemClock },
			host: world.host,
			account: {},
			env: {},
			cwd: '/here',
			dryRun: false,
		},
		signal: new AbortController().signal,
	} as unknown as Session;
	const config = deployConfig(typed, deployInputs(typed), app, {});
	await deploy(session, {
		...{ token: undefined, app, config, context: '/shop', appFile: 'app.ts', dockerfile: 'Dockerfile' },
		webRoot: undefined,
	});
	const at = (call: string) => world.calls.indexOf(call);
	return { locks, at };
}

it('a deploy builds under a lease of its own, and holds the deploy lock for the cut-over alone', async () => {
	const { locks, at } = await deploying(false);
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
	const { locks, at } = await deploying(true);
	expect(locks).toEqual(['lock.acquire deploy', 'lock.release deploy']);
	expect(at('lock.acquire deploy')).toBeLessThan(at('createService new'));
	expect(at('meta active')).toBeLessThan(at('lock.release deploy'));
});
