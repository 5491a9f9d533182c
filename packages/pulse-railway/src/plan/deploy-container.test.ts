import { Secret } from 'pulse-deploy-kit/secret';
import { expect, it } from 'vitest';
import { containerApp } from '../config/container-app.ts';
import { deployConfig, deployInputs } from '../config/deploy.ts';
import { baselineFacts } from '../stack/baseline.ts';
import { backendServices } from '../stack/durable.ts';
import { planDeploy } from './deploy.ts';
import { planCutOver } from './deploy-cut-over.ts';
import { planPromote } from './promote.ts';
import { planRedeploy } from './redeploy.ts';
import type { StepKind, StepOf } from './step.ts';
import { backend, live, NOW, service, stack } from './testing/stack.ts';

const silent = { port: null as number | null, follows: false, several: false };
const streamlit = { framework: { name: 'Streamlit', port: 8501 }, exposed: [8501], command: silent };

function planned(flags: Record<string, unknown> = {}, found = streamlit, containers = true, kindIsSaid = true) {
	const typed = { flags, args: [], env: {}, cwd: '/here' };
	const config = deployConfig(typed, deployInputs(typed), { language: 'container' }, {});
	const observation = stack({ active: 'old', backends: ['old'] });
	const app = containerApp(found, config);
	const plan = planDeploy(
		{
			...{ observation, baseline: baselineFacts(observation, config.names), live: live({ old: 'active' }), now: NOW },
			...{ activeSessions: 0, app, kindIsSaid, containers, deploymentId: 'new', context: '/shop', appFile: undefined },
			...{ dockerfile: 'Dockerfile', webRoot: undefined, commit: null },
		},
		config,
	);
	const step = <Kind extends StepKind>(kind: Kind) => plan.steps.find((one) => one.kind === kind) as StepOf<Kind>;
	return { plan, app, step };
}

it('a container app is registered as one, and durably so on its service, from which it is read again', () => {
	const { step } = planned({ affinity: 'session', healthPath: '/_stcore/health' });
	const container = { affinity: 'session', healthPath: '/_stcore/health', port: 8501 };
	expect(step('register').container).toEqual(container);
	expect(step('promote').container).toEqual(container);
	const { variables } = step('create-service');
	expect(variables).toMatchObject({
		PULSE_DEPLOYMENT_KIND: 'container',
		PULSE_AFFINITY: 'session',
		PULSE_HEALTH_PATH: '/_stcore/health',
		PORT: '8501',
	});
	expect(Object.values(variables).filter((value) => value instanceof Secret)).toEqual([]);
	const observed = service('new', { variables: variables as Record<string, string> });
	const { services, ...rest } = stack();
	expect(backendServices({ ...rest, services: [...services, observed] })).toEqual([
		expect.objectContaining({ id: 'new', container }),
	]);
});

it('is refused where it was only found and a Pulse app is active, saying how to mean it (C1.19)', () => {
	expect(() => planned({}, streamlit, true, false)).toThrow(
		expect.objectContaining({
			code: 'other-kind',
			message: 'a Pulse app is active (old), and this folder seems to hold a container app',
			next: expect.stringContaining('--container'),
		}),
	);
});

it('its service is asked for its own health path, and starts as its Dockerfile says', () => {
	const { settings } = planned({ healthPath: '/well' }).step('update-instance');
	expect(settings).toMatchObject({ healthcheckPath: '/well', healthcheckTimeout: 300 });
	expect(settings).not.toHaveProperty('startCommand');
	expect(planned({ startCommand: 'serve' }).step('update-instance').settings.startCommand).toBe('serve');
});

it('the port is the one that is given, the one that is exposed, or that of the framework; else it is asked for', () => {
	const port = (flags: object, found: Parameters<typeof planned>[1]) => planned({ ...flags }, found).app.container.port;
	const nothing = { framework: null, exposed: [], command: silent } as never;
	expect(port({ port: '9000' }, streamlit)).toBe(9000);
	expect(port({}, { ...streamlit, exposed: [3000] })).toBe(3000);
	expect(port({}, { ...streamlit, exposed: [] })).toBe(8501);
	expect(() => port({}, nothing)).toThrow('it is not known where the app in Dockerfile listens');
	expect(() => port({}, { ...streamlit, exposed: [80, 443] })).toThrow('Dockerfile exposes 80, 443');
});

it('every later cut-over says again what it is, from its service', () => {
	const container = { affinity: 'tab', healthPath: '/well', port: 8501 };
	const said = { PULSE_DEPLOYMENT_KIND: 'container', PULSE_HEALTH_PATH: '/well', PORT: '8501' };
	const observation = stack({ active: 'old', backends: ['old'] });
	const plain = backend('new');
	const seen = {
		...observation,
		services: [...observation.services, { ...plain, variables: { ...plain.variables, ...said } }],
	};
	const facts = { observation: seen, live: live({ old: 'active', new: 'pending' }), now: NOW, activeSessions: 0 };
	const promotions = [
		planPromote({ ...facts, routerService: 'pulse-router' }, 'new'),
		planCutOver({ ...facts, deploymentId: 'new', pageWhenActive: null }, 'new'),
	].map(({ steps }) => steps.find(({ kind }) => kind === 'promote'));
	expect(promotions).toEqual([expect.objectContaining({ container }), expect.objectContaining({ container })]);
});

it('the wait for it knows what Railway asks it, also when it is started anew', () => {
	const asked = { healthPath: '/well', port: 8501 };
	expect(planned({ healthPath: '/well' }).step('await-deployments').asked).toEqual(asked);
	expect(planned({ healthPath: '/well', imageRepository: 'r' }).step('await-deployments').asked).toEqual(asked);
	const variables = planned({ healthPath: '/well' }).step('create-service').variables as Record<string, string>;
	const { services, ...rest } = stack();
	const observation = { ...rest, services: [...services, service('new', { variables })] };
	const { steps } = planRedeploy({ observation, sessions: 0, routerService: 'pulse-router' }, 'new');
	expect(steps.at(-1)).toMatchObject({ asked });
});

it('says in one line what was found', () => {
	const { plan } = planned();
	expect(plan.facts).toContain('Streamlit in a Dockerfile, port 8501: a container app, pinned by tab');
});

it('Next.js is told its version, at build and run time', () => {
	const next = { framework: { name: 'Next.js', port: 3000 }, exposed: [], command: silent };
	expect(planned({}, next).step('create-service').variables).toMatchObject({ NEXT_DEPLOYMENT_ID: 'new' });
	expect(planned({ imageRepository: 'r' }, next).step('build-image').buildArgs).toMatchObject({
		NEXT_DEPLOYMENT_ID: 'new',
	});
	expect(planned().step('create-service').variables).not.toHaveProperty('NEXT_DEPLOYMENT_ID');
});

it('a router that is older than container apps is upgraded first', () => {
	expect(() => planned({}, streamlit, false)).toThrow('the router of this stack is older than container apps');
});

it('--port is refused for a Pulse app, which has another setting for it', () => {
	const typed = { flags: { port: '3000' }, args: [], env: {}, cwd: '/here' };
	expect(() => deployConfig(typed, deployInputs(typed), { language: 'python' }, {})).toThrow(
		'--port is for container apps',
	);
});
