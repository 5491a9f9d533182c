import type { LoadedApp } from 'pulse-deploy-kit/load-app';
import { renderPlan } from 'pulse-deploy-kit/plan/render';
import { Secret } from 'pulse-deploy-kit/secret';
import { describe, expect, it } from 'vitest';
import { deployConfig, deployInputs } from '../config/deploy.ts';
import { baselineFacts } from '../stack/baseline.ts';
import { type DeployFacts, planDeploy } from './deploy.ts';
import { reference } from './reference.ts';
import type { Plan, StepKind, StepOf } from './step.ts';
import { BASELINE, live, NOW, service, stack } from './testing/stack.ts';

const app: LoadedApp = { file: '/shop/app.ts', language: 'javascript', plugins: [], sessionStore: null };

function plan(flags: Record<string, unknown> = {}, facts: Partial<DeployFacts> = {}): Plan {
	const typed = { flags, args: [], env: {}, cwd: '/here' };
	const config = deployConfig(typed, deployInputs(typed), facts.app ?? app, {});
	const observation = facts.observation ?? stack({ active: 'old', backends: ['old'] });
	return planDeploy(
		{
			observation,
			baseline: baselineFacts(observation, config.names),
			live: live({ old: 'active' }),
			now: NOW,
			activeSessions: 3,
			app,
			kindIsSaid: true,
			deploymentId: 'new',
			context: '/shop',
			appFile: 'app.ts',
			dockerfile: 'Dockerfile',
			webRoot: config.webRoot,
			commit: null,
			...facts,
		},
		config,
	);
}

function step<Kind extends StepKind>(of: Plan, kind: Kind): StepOf<Kind> {
	const found = of.steps.find((candidate) => candidate.kind === kind);
	if (found === undefined) throw new Error(`no step ${kind}`);
	return found as StepOf<Kind>;
}

const shown = (variables: object) =>
	Object.fromEntries(
		Object.entries(variables).map(([name, value]) => [name, value instanceof Secret ? value.reveal() : value]),
	);

describe('the plan of a deploy', () => {
	it('in source mode: register, create, configure, upload, healthy, then the cut-over (R6.1, R7.14)', () => {
		expect(
			plan().steps.map(({ kind, undo, commitPoint }) => [kind, undo?.kind, commitPoint].filter(Boolean).join(' ')),
		).toEqual([
			'register remove-record',
			'create-service delete-services',
			'group',
			'update-instance',
			'upload',
			'await-deployments',
			'verify-affinity',
			'check-page',
			'commit-active true',
			'promote',
			'verify-active',
		]);
	});

	it('as a canary ends in a share of new visitors, and leaves the durable truth alone (R8.8)', () => {
		const canary = plan({ canary: '5%,100%', every: '10m' }, { canaries: true });
		expect(
			canary.steps.slice(-3).map(({ kind, commitPoint }) => [kind, commitPoint].filter(Boolean).join(' ')),
		).toEqual(['check-page', 'begin-canary true', 'verify-active']);
		expect(step(canary, 'begin-canary').terms).toEqual({ share: 500, next: [10_000], everyMs: 600_000 });
		expect(step(canary, 'verify-active').deployment).toBe('old');
		expect(canary.facts).toContain(
			'A canary: 5 % of new visitors, then 100 %; each for 10m at least. old stays active, and whoever has a page keeps it',
		);
		expect(canary.resume).toBe(
			'pulse-railway promote --deployment-id new --to 5%,100% --every 10m --service pulse-router',
		);
		expect(() => plan({ canary: '5%' })).toThrow('the router is of an older version, which knows no canaries');
		expect(() => plan({ canary: '5%' }, { canaries: true, observation: stack(), live: live() })).toThrow(
			'nothing is active yet, beside which a canary could run',
		);
	});

	it('in image mode: pushed before there is a service, started instead of uploaded (R7.10)', () => {
		const image = plan({ imageRepository: 'ghcr.io/a/b' });
		expect(image.steps.map(({ kind }) => kind).slice(0, 7)).toEqual([
			'register',
			'build-image',
			'create-service',
			'group',
			'update-instance',
			'deploy',
			'await-deployments',
		]);
		expect(step(image, 'update-instance').settings.image).toBe('ghcr.io/a/b:new');
		expect(shown(step(image, 'build-image').buildArgs)).toEqual({
			APP_FILE: 'app.ts',
			PULSE_APP_FILE: 'app.ts',
			PULSE_SERVER_ADDRESS: 'https://shop.up.railway.app',
		});
		expect(step(image, 'create-service').variables).not.toHaveProperty('APP_FILE');
	});

	it('looks at a page of the first Python version once it is active: its pages ask the public address (P1.15)', () => {
		const python = { app: { ...app, language: 'python' } } as const;
		const none = { observation: stack(), live: live() };
		const order = (facts: Partial<DeployFacts>) =>
			plan({}, facts)
				.steps.map(({ kind }) => kind)
				.filter((kind) => kind === 'check-page' || kind === 'verify-active');
		expect(order({ ...python, ...none })).toEqual(['verify-active', 'check-page']);
		expect(order(python)).toEqual(['check-page', 'verify-active']);
		expect(order(none)).toEqual(['check-page', 'verify-active']);
		expect(step(plan({}, { ...python, ...none }), 'check-page').isActive).toBe(true);
	});

	it('puts leftovers of a killed deploy first, and may take over their id', () => {
		const observation = stack({ active: 'old', backends: ['old', 'new'] });
		expect(plan({}, { observation }).steps[0]).toMatchObject({ kind: 'delete-services', services: ['new'] });
	});

	it.each([
		['service', { observation: stack({ active: 'old', services: [...BASELINE, service('new')], backends: ['old'] }) }],
		['record', { live: live({ old: 'active', new: 'draining' }) }],
	])('refuses an id whose %s exists (R6.1)', (_what, facts) => {
		expect(() => plan({}, facts)).toThrow('deployment new already exists');
	});

	it('says what it does to people, and never a secret', () => {
		const text = renderPlan(plan({ env: ['PASSWORD=hunter2'] }));
		expect(text).toContain('Active now: old\n  Its 3 live sessions stay on it');
		expect(text).toContain('PASSWORD');
		expect(text).not.toMatch(/hunter2|internal\b|control\b/);
	});

	it('takes several replicas as they are, and warns where pages could not stay on theirs (R2.22)', () => {
		expect(plan({ backendReplicas: '3' }, { pinsReplicas: true }).warnings).toEqual([]);
		expect(plan().warnings).toEqual([]);
		expect(plan({ backendReplicas: '3' }).warnings.join()).toContain('pulse-railway upgrade');
		const python = { ...app, language: 'python' } as const;
		expect(plan({ backendReplicas: '3' }, { pinsReplicas: true, app: python }).warnings.join()).toContain(
			'pages of a Python app do not say theirs',
		);
	});
});

describe('the variables of a new deployment (R6.2, R6.3)', () => {
	const variables = (flags: Record<string, unknown> = {}, facts: Partial<DeployFacts> = {}) =>
		shown(step(plan(flags, facts), 'create-service').variables);
	const withEnv = (own: Record<string, string | null>) =>
		stack({
			active: 'old',
			backends: ['old'],
			services: BASELINE.map((one) => (one.name === 'pulse-env' ? { ...one, variables: own } : one)),
		});

	it('are complete in the very creation, so that a killed deploy is recognised', () => {
		expect(variables()).toEqual({
			PULSE_DEPLOYMENT_ID: 'new',
			PULSE_RAILWAY_INTERNAL_TOKEN: 'internal',
			PULSE_RAILWAY_SERVICE: 'pulse-router',
			PULSE_APP_FILE: 'app.ts',
			PULSE_SERVER_ADDRESS: 'https://shop.up.railway.app',
			PORT: '8000',
			APP_FILE: 'app.ts',
		});
	});

	it('never hold the control token (decision 5)', () => {
		expect(Object.values(variables())).not.toContain('control');
	});

	it('refer to the env service by name, but not for what is reserved (R7.8)', () => {
		const observation = withEnv({
			API_KEY: 'sealed?',
			RAILWAY_X: '1',
			PORT: '1',
			WEB_ROOT: 'x',
			PULSE_DEPLOYMENT_ID: 'y',
		});
		expect(variables({}, { observation })).toMatchObject({ API_KEY: reference('pulse-env', 'API_KEY'), PORT: '8000' });
		expect(variables({}, { observation })).not.toHaveProperty('RAILWAY_X');
		expect(variables({}, { observation })).not.toHaveProperty('WEB_ROOT');
	});

	it('refer to sealed ones too, and the plan says that Railway may not pass them on', () => {
		const observation = withEnv({ API_KEY: null, PORT: null, PLAIN: '1' });
		expect(variables({}, { observation })).toMatchObject({ API_KEY: reference('pulse-env', 'API_KEY') });
		expect(plan({}, { observation }).warnings).toEqual([
			expect.stringMatching(/^API_KEY of pulse-env: Railway may not pass sealed variables on/),
		]);
	});

	it('later wins: references < --env < build args', () => {
		const observation = withEnv({ A: '1', B: '1', C: '1' });
		expect(variables({ env: ['B=2', 'C=2'], buildArg: ['C=3'] }, { observation })).toMatchObject({
			A: reference('pulse-env', 'A'),
			B: '2',
			C: '3',
		});
	});

	it('carry the Redis of the baseline only for RailwaySessionStore (R7.12)', () => {
		expect(variables()).not.toHaveProperty('PULSE_RAILWAY_REDIS_URL');
		expect(variables({}, { app: { ...app, sessionStore: 'railway' } })).toMatchObject({
			PULSE_RAILWAY_REDIS_URL: reference('pulse-redis', 'REDIS_URL'),
		});
		expect(variables({}, { app: { ...app, sessionStore: 'railway' } })).not.toHaveProperty('REDIS_URL');
	});

	it('carry the Redis that the operator gave sessions instead, by reference, and not the one that routes', () => {
		const withStore = { app: { ...app, sessionStore: 'railway' } };
		const given = (value: string | null) =>
			variables({}, { ...withStore, observation: withEnv({ PULSE_RAILWAY_SESSION_REDIS_URL: value }) });
		for (const value of ['redis://sessions:pw@cache:6379', null]) {
			expect(given(value)).toMatchObject({
				PULSE_RAILWAY_REDIS_URL: reference('pulse-env', 'PULSE_RAILWAY_SESSION_REDIS_URL'),
			});
			expect(given(value)).not.toHaveProperty('PULSE_RAILWAY_SESSION_REDIS_URL');
			expect(JSON.stringify(given(value))).not.toContain('pulse-redis');
		}
		expect(given(' ')).toMatchObject({ PULSE_RAILWAY_REDIS_URL: reference('pulse-redis', 'REDIS_URL') });
	});

	it('name a Dockerfile that is not the usual one, and the web root', () => {
		expect(variables({}, { dockerfile: 'docker/App' })).toMatchObject({ RAILWAY_DOCKERFILE_PATH: 'docker/App' });
		expect(variables({}, { webRoot: 'web' })).toMatchObject({ WEB_ROOT: 'web', PULSE_WEB_ROOT: 'web' });
	});
});

describe('the start command (decision 14)', () => {
	const command = (language: LoadedApp['language'], flags = {}) =>
		step(plan(flags, { app: { ...app, language } }), 'update-instance').settings.startCommand;

	it('listens on both families for TypeScript, on IPv4 for Python', () => {
		expect(command('javascript')).toMatch(/--address :: --port "\$\{PORT:-8000\}"/);
		expect(command('python')).toMatch(/--address 0\.0\.0\.0 --port "\$\{PORT:-8000\}"/);
	});
});

describe('the baseline (R5.26)', () => {
	const facts = (services: ReturnType<typeof service>[]) => () =>
		plan({}, { observation: stack({ active: 'old', backends: ['old'], services }) });
	const without = (name: string) => BASELINE.filter((one) => one.name !== name);
	const changed = (name: string, variables: Record<string, string | null>) =>
		BASELINE.map((one) => (one.name === name ? { ...one, variables: { ...one.variables, ...variables } } : one));

	it.each([
		['pulse-router', 'baseline router service pulse-router not found'],
		['pulse-janitor', 'baseline janitor service pulse-janitor not found'],
		['pulse-env', 'baseline env service pulse-env not found'],
		['pulse-redis', 'baseline Redis service pulse-redis not found'],
	])('must have %s', (name, message) => expect(facts(without(name))).toThrow(message));

	it('needs no Redis service with an external Redis', () => {
		const external = { REDIS_URL: 'rediss://elsewhere' };
		const services = changed('pulse-router', external)
			.map((one) => (one.name === 'pulse-janitor' ? { ...one, variables: { ...one.variables, ...external } } : one))
			.filter((one) => one.name !== 'pulse-redis');
		expect(facts(services)).not.toThrow();
	});

	it.each([
		['pulse-router', { REDIS_URL: '' }, 'pulse-router is missing required runtime variables (REDIS_URL)'],
		['pulse-janitor', { RAILWAY_TOKEN: '' }, 'pulse-janitor is missing required runtime variables (RAILWAY_TOKEN)'],
		['pulse-janitor', { REDIS_URL: 'redis://other' }, 'REDIS_URL of pulse-router and pulse-janitor differ'],
		[
			'pulse-janitor',
			{ PULSE_RAILWAY_INTERNAL_TOKEN: 'x' },
			'PULSE_RAILWAY_INTERNAL_TOKEN of pulse-router and pulse-janitor differ',
		],
		['pulse-router', { PULSE_RAILWAY_CONTROL_TOKEN: null }, 'sealed'],
	])('must agree: %s %o', (name, variables, message) => expect(facts(changed(name, variables))).toThrow(message));
});
