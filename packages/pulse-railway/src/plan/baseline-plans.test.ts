import type { DeployToolError } from 'pulse-deploy-kit/errors';
import { renderPlan } from 'pulse-deploy-kit/plan/render';
import { Secret } from 'pulse-deploy-kit/secret';
import { describe, expect, it } from 'vitest';
import { initConfig } from '../config/init.ts';
import { upgradeConfig } from '../config/upgrade.ts';
import type { ObservedService } from '../platform/port.ts';
import { PROJECT_MARK } from '../protocol.ts';
import { durableTruth } from '../stack/durable.ts';
import { isUnfinishedInit } from '../stack/unfinished-init.ts';
import { janitorInstance, janitorVariables, routerInstance, routerVariables } from './baseline-service.ts';
import { planInit } from './init.ts';
import { runningSecrets } from './running-baseline.ts';
import type { Plan } from './step.ts';
import { BASELINE, backend, FRESH, NOW, service, stack } from './testing/stack.ts';
import { planUpgrade } from './upgrade.ts';

const config = (flags: Record<string, unknown> = {}) => initConfig({ flags, args: [], env: {} }, '/app.ts', {});
const UPGRADE = { fresh: FRESH, apiUrl: undefined, janitorConfined: true, visitorsReach: null, now: NOW };
const ids = ({ steps }: Plan) => steps.map(({ id }) => id);

describe('the plan of init', () => {
	const plan = (flags: Record<string, unknown> = {}, services: readonly ObservedService[] = []) =>
		planInit({ observation: stack({ services }), workspace: null, secrets: FRESH, apiUrl: undefined }, config(flags));

	it('creates, configures, starts and checks, with undo for what it creates (R5.10, R5.12)', () => {
		expect(ids(plan())).toEqual([
			'mark:init',
			'template',
			'env',
			'group',
			'await-redis',
			'token',
			'configure',
			'domain',
			'deploy',
			'await-deployments',
			'await-router',
			'mark:ready',
		]);
		expect(
			plan()
				.steps.filter(({ undo }) => undo !== undefined)
				.map(({ id }) => id),
		).toEqual(['mark:init', 'template', 'env', 'token']);
	});

	it('without a project creates one first, which is the one thing to undo', () => {
		const workspace = { id: 'w', name: 'Acme' };
		const { steps } = planInit({ observation: null, workspace, secrets: FRESH, apiUrl: undefined }, config());
		expect(steps[0]).toMatchObject({
			kind: 'create-project',
			name: 'app',
			workspaceId: 'w',
			undo: { kind: 'delete-project', services: ['pulse-router', 'pulse-janitor', 'pulse-redis', 'pulse-env'] },
		});
		expect(steps.filter(({ undo }) => undo !== undefined)).toHaveLength(1);
	});

	it('goes on with what an interrupted init left, and keeps the secrets that it wrote', () => {
		const interrupted = {
			...stack({ services: BASELINE.filter(({ name }) => name !== 'pulse-redis') }),
			sharedVariables: { PULSE_RAILWAY_BASELINE: 'init' },
		};
		const secrets = runningSecrets(interrupted, config().names, FRESH);
		const plan = planInit({ observation: interrupted, workspace: null, secrets, apiUrl: undefined }, config());
		expect(ids(plan)).toEqual([
			'mark:init',
			'template',
			'group',
			'await-redis',
			'configure',
			'domain',
			'deploy',
			'await-deployments',
			'await-router',
			'mark:ready',
		]);
		expect(plan.steps[1]).toMatchObject({ resumes: true });
		expect(secrets.controlToken.reveal()).toBe('control');
		expect(plan.warnings).toHaveLength(1);
	});

	it('never touches a stack that was finished or that somebody deployed to', () => {
		const unfinished = { PULSE_RAILWAY_BASELINE: 'init' };
		const made = { id: 'p', name: 'shop', workspaceId: 'w', description: 'Created by pulse-railway init (x)' };
		for (const observation of [
			{ ...stack(), sharedVariables: { PULSE_RAILWAY_BASELINE: 'ready' }, project: made },
			{ ...stack(), sharedVariables: { PULSE_RAILWAY_BASELINE: 'upgrade' }, project: made },
			{ ...stack({ backends: ['a'] }), sharedVariables: unfinished },
			{ ...stack(), sharedVariables: { ...unfinished, PULSE_ACTIVE_DEPLOYMENT: 'a' } },
		]) {
			const facts = { observation, workspace: null, secrets: FRESH, apiUrl: undefined };
			expect(() => planInit(facts, config())).toThrow('baseline stack already exists');
		}
	});

	it('with an external Redis creates none (R5.11) (R1.11)', () => {
		const external = plan({ redisUrl: 'rediss://:pw@elsewhere' });
		expect(ids(external)).not.toContain('await-redis');
		expect(external.steps[1]).toMatchObject({ omit: ['pulse-redis'] });
		expect(renderPlan(external)).not.toContain('pw@');
	});

	it('is for a fresh target only (R5.8)', () => {
		expect(() => plan({}, [service('pulse-env'), service('other'), service('pulse-janitor')])).toThrow(
			'baseline stack already exists: pulse-env, pulse-janitor',
		);
		expect(() => plan({}, [service('other')])).not.toThrow();
	});
});

describe('who holds which token (decisions 4, 5, 18)', () => {
	const values = (variables: object) =>
		Object.entries(variables).map(
			([name, value]) => `${name}=${value instanceof Secret ? value.reveal() : JSON.stringify(value)}`,
		);

	it('the router: control and internal token, none of Railway', () => {
		const router = values(routerVariables(config(), FRESH));
		expect(router).toContain('PULSE_RAILWAY_CONTROL_TOKEN=fresh-control');
		expect(router).toContain('PULSE_RAILWAY_INTERNAL_TOKEN=fresh-internal');
		expect(router.join()).not.toContain('RAILWAY_TOKEN=');
	});

	it('the janitor: a project token and the internal token, not the control token', () => {
		const janitor = values(janitorVariables(config(), FRESH, undefined));
		expect(janitor).toContain('RAILWAY_TOKEN={"from":"minted-token"}');
		expect(janitor.join()).not.toContain('fresh-control');
	});
});

describe('the plan of an upgrade (R5.23, R5.24)', () => {
	const upToDate = (): readonly ObservedService[] => {
		const reveal = (variables: object) =>
			Object.fromEntries(
				Object.entries(variables).map(([name, value]) => [
					name,
					value instanceof Secret ? value.reveal() : String(value),
				]),
			);
		const secrets = { ...FRESH, janitorToken: new Secret('janitor-token') };
		return BASELINE.map((one) => {
			if (one.name === 'pulse-router')
				return { ...one, variables: reveal(routerVariables(config(), secrets)), settings: routerInstance(config()) };
			if (one.name === 'pulse-janitor')
				return {
					...one,
					variables: reveal(janitorVariables(config(), secrets, undefined)),
					settings: janitorInstance(config()),
				};
			return one;
		});
	};
	const change = (name: string, more: (one: ObservedService) => Partial<ObservedService>) =>
		upToDate().map((one) => (one.name === name ? { ...one, ...more(one) } : one));
	const plan = (services = upToDate(), flags: Record<string, unknown> = {}) =>
		planUpgrade({ observation: stack({ services }), ...UPGRADE }, upgradeConfig({ flags, env: {} }, {}));

	it('of a stack in order is empty', () => expect(plan().steps).toEqual([]));

	it('writes, configures and starts only what differs', () => {
		const services = change('pulse-janitor', (one) => ({ variables: { ...one.variables, PULSE_BACKEND_PORT: '9' } }));
		const { steps } = plan(services);
		expect(steps.map(({ id }) => id)).toEqual([
			'mark:upgrade',
			'configure',
			'deploy',
			'await-deployments',
			'mark:ready',
		]);
		expect(steps[1]).toMatchObject({
			services: [{ service: 'pulse-janitor', variables: { PULSE_BACKEND_PORT: '8000' } }],
		});
		expect(steps[1]).not.toHaveProperty('services.0.settings');
		expect(steps[2]).toMatchObject({ services: ['pulse-janitor'] });
	});

	it('after an interrupted init or upgrade starts both services, whatever is written', () => {
		for (const mark of ['init', 'upgrade']) {
			const observation = { ...stack({ services: upToDate() }), sharedVariables: { PULSE_RAILWAY_BASELINE: mark } };
			const facts = { observation, ...UPGRADE };
			const interrupted = planUpgrade(facts, upgradeConfig({ flags: {}, env: {} }, {}));
			expect(ids(interrupted).filter((id) => id !== 'domain')).toEqual([
				'mark:upgrade',
				'deploy',
				'await-deployments',
				'await-router',
				'mark:ready',
			]);
			expect(interrupted.steps.find(({ id }) => id === 'deploy')).toMatchObject({
				services: ['pulse-router', 'pulse-janitor'],
			});
		}
	});

	it('keeps settings that nobody gave, and changes those that somebody did', () => {
		const services = change('pulse-router', (one) => ({ settings: { ...one.settings, numReplicas: 3 } }));
		expect(plan(services).steps).toEqual([]);
		expect(plan(services, { routerReplicas: '2' }).steps[1]).toMatchObject({
			services: [{ settings: { numReplicas: 2 } }],
		});
	});

	it('writes nothing in place of what is sealed or hidden, and nothing that it would have to guess', () => {
		const hide =
			(...names: string[]) =>
			(one: ObservedService) => ({
				variables: { ...one.variables, ...Object.fromEntries(names.map((name) => [name, null])) },
			});
		const shared = ['REDIS_URL', 'PULSE_RAILWAY_REDIS_PREFIX', 'PULSE_RAILWAY_INTERNAL_TOKEN'];
		const all = upToDate().map((one) => ({ ...one, ...hide(...Object.keys(one.variables))(one) }));
		expect(plan(all).steps).toEqual([]);
		// The janitor still tells what the router hides.
		expect(plan(change('pulse-router', hide(...shared, 'PULSE_RAILWAY_CONTROL_TOKEN'))).steps).toEqual([]);
		for (const name of shared) {
			const torn = change('pulse-router', hide(name)).map((one) => {
				const { [name]: _, ...variables } = one.variables;
				return one.name === 'pulse-janitor' ? { ...one, variables } : one;
			});
			expect(() => plan(torn)).toThrow(`${name} is sealed, or hidden from this token, on one of`);
		}
	});

	it('does not take a hidden mark or active deployment for none', () => {
		const hidden = (name: string) => ({ ...stack({ services: upToDate() }), sharedVariables: { [name]: null } });
		const facts = { observation: hidden('PULSE_RAILWAY_BASELINE'), ...UPGRADE };
		expect(() => planUpgrade(facts, upgradeConfig({ flags: {}, env: {} }, {}))).toThrow('is sealed or hidden');
		for (const name of ['PULSE_RAILWAY_BASELINE', 'PULSE_ACTIVE_DEPLOYMENT']) {
			const marked = { ...hidden(name), project: { ...stack().project, description: PROJECT_MARK } };
			expect(() => isUnfinishedInit(marked)).toThrow(`the shared variable ${name} is sealed or hidden`);
		}
		const running = { ...stack({ backends: ['a'] }), sharedVariables: { PULSE_ACTIVE_DEPLOYMENT: null } };
		expect(() => durableTruth(running)).toThrow('the shared variable PULSE_ACTIVE_DEPLOYMENT is sealed or hidden');
	});

	it('leaves replicas in the regions where an operator put them', () => {
		const router = (
			regions: Record<string, number>,
			flags = {},
			image = 'ghcr.io/erwinkn/pulse-railway-router:0.0.1',
		) => {
			const numReplicas = Object.values(regions).reduce((sum, share) => sum + share);
			const settings = { ...routerInstance(config()), image, numReplicas, regions };
			const step = plan(
				change('pulse-router', () => ({ settings })),
				flags,
			).steps.find(({ kind }) => kind === 'configure');
			return step?.kind === 'configure' ? step.services[0]?.settings : undefined;
		};
		expect(router({ 'eu-x': 1 })).toMatchObject({ numReplicas: 1, regions: { 'eu-x': 1 } });
		expect(router({ 'us-west2': 2, 'eu-x': 1 })).toMatchObject({ regions: { 'us-west2': 2, 'eu-x': 1 } });
		expect(router({ 'us-west2': 2, 'eu-x': 1 }, {}, config().routerImage)).toBeUndefined();
		expect(router({ 'eu-x': 1 }, { routerReplicas: '4' })).toMatchObject({ numReplicas: 4, regions: { 'eu-x': 4 } });
		expect(router({ 'us-west2': 2, 'eu-x': 1 }, { routerReplicas: '3' })).toMatchObject({ numReplicas: 3 });
		expect(() => router({ 'us-west2': 2, 'eu-x': 1 }, { routerReplicas: '2' })).toThrow(
			'pulse-router has 3 replicas in 2 regions (us-west2=2 eu-x=1)',
		);
	});

	it('moves our images to this version, and leaves those of others', () => {
		const image = (text: string) => change('pulse-router', (one) => ({ settings: { ...one.settings, image: text } }));
		expect(plan(image('ghcr.io/erwinkn/pulse-railway-router:0.0.1')).steps[1]).toMatchObject({
			services: [{ settings: { image: config().routerImage } }],
		});
		expect(plan(image('registry.example.com:5000/me/router:7')).steps).toEqual([]);
	});

	it('takes the API token off a router of old, and gives it what it lacks', () => {
		const services = change('pulse-router', ({ variables }) => {
			const { PULSE_RAILWAY_CONTROL_TOKEN: _, ...rest } = variables;
			return { variables: { ...rest, RAILWAY_TOKEN: 'of-the-deployer' } };
		});
		expect(ids(plan(services))).toEqual([
			'mark:upgrade',
			'configure',
			'delete:pulse-router:RAILWAY_TOKEN',
			'deploy',
			'await-deployments',
			'await-router',
			'mark:ready',
		]);
	});

	it('mints a token for a janitor that has none, and leaves a sealed one alone', () => {
		const token = (value: string | null | undefined) =>
			change('pulse-janitor', ({ variables: { RAILWAY_TOKEN: _, ...rest } }) => ({
				variables: value === undefined ? rest : { ...rest, RAILWAY_TOKEN: value },
			}));
		expect(plan(token(undefined)).steps[1]).toMatchObject({ kind: 'mint-token', replaces: true });
		expect(plan(token(null)).steps).toEqual([]);
	});

	it("mints a token for a janitor that holds the deployer's own, and keeps the limit that it had (decision 18)", () => {
		const services = change('pulse-janitor', ({ variables }) => {
			const { PULSE_RAILWAY_JANITOR_MAX_DRAIN_AGE_SECONDS: _, ...rest } = variables;
			return { variables: { ...rest, PULSE_RAILWAY_DRAIN_TTL_SECONDS: '7200' } };
		});
		const facts = { ...UPGRADE, observation: stack({ services }), janitorConfined: false };
		const { steps } = planUpgrade(facts, upgradeConfig({ flags: {}, env: {} }, {}));
		expect(steps[1]).toMatchObject({ kind: 'mint-token', replaces: true });
		expect(steps[2]).toMatchObject({
			services: [
				{
					service: 'pulse-janitor',
					variables: {
						RAILWAY_TOKEN: { from: 'minted-token' },
						PULSE_RAILWAY_JANITOR_MAX_DRAIN_AGE_SECONDS: '7200',
					},
				},
			],
		});
	});

	it('keeps the rollback window that runs, and else gives the usual one, within the maximum age that runs', () => {
		const written = (running: Record<string, string>, flags: Record<string, string> = {}) => {
			const services = change('pulse-janitor', ({ variables }) => {
				const { PULSE_RAILWAY_ROLLBACK_WINDOW: _, PULSE_RAILWAY_DRAIN_GRACE_SECONDS: __, ...rest } = variables;
				return { variables: { ...rest, PULSE_RAILWAY_JANITOR_DRAIN_GRACE_SECONDS: '', ...running } };
			});
			const config = upgradeConfig({ flags, env: {} }, {});
			const { steps } = planUpgrade({ ...UPGRADE, observation: stack({ services }) }, config);
			return JSON.stringify(steps);
		};
		expect(written({})).toContain('"PULSE_RAILWAY_ROLLBACK_WINDOW":"3600s"');
		const short = { PULSE_RAILWAY_JANITOR_MAX_DRAIN_AGE_SECONDS: '600' };
		expect(written(short)).toContain('"PULSE_RAILWAY_ROLLBACK_WINDOW":"600s"');
		expect(written({ PULSE_RAILWAY_ROLLBACK_WINDOW: '2d' })).toContain('"PULSE_RAILWAY_ROLLBACK_WINDOW":"172800s"');
		// The usual one, which an earlier upgrade wrote, follows a maximum age that is asked for.
		const usual = { PULSE_RAILWAY_JANITOR_MAX_DRAIN_AGE_SECONDS: '86400', PULSE_RAILWAY_ROLLBACK_WINDOW: '3600s' };
		const shorter = { maxDrainAgeSeconds: '600' };
		expect(written(usual, shorter)).toContain('"PULSE_RAILWAY_ROLLBACK_WINDOW":"600s"');
		const own = { ...usual, PULSE_RAILWAY_ROLLBACK_WINDOW: '7200s' };
		expect(written(own, shorter)).not.toContain('PULSE_RAILWAY_ROLLBACK_WINDOW');
	});

	it('places new services beside the router', () => {
		const services = [...upToDate(), backend('a', { groupId: null }), service('mine')];
		const observation = stack({ services, active: 'a' });
		const { steps } = planUpgrade({ ...UPGRADE, observation }, upgradeConfig({ flags: {}, env: {} }, {}));
		expect(steps).toMatchObject([{ kind: 'group', services: ['a'], optional: true }]);
	});

	it('is refused for a stack that is not complete', () => {
		expect(() => plan([])).toThrow('baseline service pulse-router not found');
		expect(() => plan(upToDate().filter(({ name }) => name !== 'pulse-env'))).toThrow(
			'baseline service pulse-env not found',
		);
	});

	it('advises nothing that would cost running deployments their variables and sessions', () => {
		const next = (services: readonly ObservedService[]) => {
			try {
				plan(services);
			} catch (error) {
				return (error as DeployToolError).next;
			}
		};
		const rest = upToDate().filter(({ name }) => name !== 'pulse-router');
		expect(next(rest)).toMatch(/^Delete the incomplete stack/);
		expect(next([...rest, backend('a')])).toMatch(/^Deployments still run: create an empty service pulse-router/);
	});
});
