import { afterEach, beforeEach, expect, test } from 'vitest';
import { openPlatform } from './open-platform.ts';
import { data, dropped, errors, type Hazard, type HazardServer, startHazardServer } from './testing/hazard-server.ts';

const signal = new AbortController().signal;
let server: HazardServer;

beforeEach(async () => {
	server = await startHazardServer();
	server.on('readTemplate', template({ a: { name: 'pulse-router' }, b: { name: 'pulse-redis' } }));
});
afterEach(() => server.close());

function template(services: object): Hazard {
	return data({ template: { id: 't1', serializedConfig: { services } } });
}

const status = (value: string, error: string | null = null) => data({ workflowStatus: { status: value, error } });
const names = (...list: string[]) =>
	data({
		environment: {
			serviceInstances: {
				edges: list.map((serviceName) => ({ node: { serviceName, serviceId: serviceName } })),
				pageInfo: { hasNextPage: false },
			},
		},
	});

const deploy = (omit: string[] = [], confirm?: () => Promise<void>) =>
	openPlatform(server.connect(), { projectId: 'p', environmentId: 'e' }).deployTemplate(
		'pulse-baseline',
		{ 'pulse-router': 'api', 'pulse-redis': 'cache' },
		omit,
		signal,
		confirm,
	);
const of = (operation: string) => server.received.filter((request) => request.operation === operation);

test('is read without a token, renamed, deployed and waited for (R5.9, R11.3)', async () => {
	server.on('templateDeployV2', data({ templateDeployV2: { workflowId: 'w' } }));
	server.on('readWorkflow', status('NotFound'), status('Running'), status('Complete'));
	await deploy();
	expect(of('readTemplate')[0]?.headers).not.toHaveProperty('authorization');
	expect(of('templateDeployV2')[0]?.variables.input).toEqual({
		projectId: 'p',
		environmentId: 'e',
		templateId: 't1',
		serializedConfig: { services: { a: { name: 'api' }, b: { name: 'cache' } } },
	});
	expect(of('readWorkflow')).toHaveLength(3);
});

test('is deployed only once what may have changed meanwhile was asked for, after the template was read and before each attempt', async () => {
	server.on('templateDeployV2', dropped, data({ templateDeployV2: { workflowId: null } }));
	server.on('serviceNames', names());
	const asked: number[] = [];
	await deploy([], async () => void asked.push(of('readTemplate').length + of('templateDeployV2').length));
	expect(asked).toEqual([1, 2]);
	const refusal = new Error('another init has finished');
	await expect(deploy([], () => Promise.reject(refusal))).rejects.toBe(refusal);
	expect(of('templateDeployV2')).toHaveLength(2);
});

test('lacking an expected service is not deployed', async () => {
	server.on('readTemplate', template({ a: { name: 'pulse-router' } }));
	await expect(deploy()).rejects.toThrow('template pulse-baseline is missing expected services: pulse-redis');
	expect(of('templateDeployV2')).toHaveLength(0);
});

test('need not have a service that is left out anyway', async () => {
	server.on('readTemplate', template({ a: { name: 'pulse-router' } }));
	server.on('templateDeployV2', data({ templateDeployV2: { workflowId: null } }));
	await deploy(['pulse-redis']);
});

test('is not deployed twice when the answer was lost', async () => {
	server.on('templateDeployV2', dropped);
	server.on('serviceNames', names(), names('api'));
	await deploy();
	expect(of('templateDeployV2')).toHaveLength(1);
});

test('that fails on the way says why', async () => {
	server.on('templateDeployV2', data({ templateDeployV2: { workflowId: 'w' } }));
	server.on('readWorkflow', status('Error', 'no room for volumes'));
	await expect(deploy()).rejects.toThrow('no room for volumes');
});

test.each(['Not Authorized', 'Workflow not found', 'You do not have access to this workflow'])(
	'whose progress may not be asked for (%s) is left to whoever waits for its services',
	async (refusal) => {
		server.on('templateDeployV2', data({ templateDeployV2: { workflowId: 'w' } }));
		server.on('readWorkflow', status('Running'), errors(refusal));
		await deploy();
		expect(of('readWorkflow').length).toBeGreaterThan(1);
	},
);

test('that never ends is given up after two minutes (R5.9)', async () => {
	server.on('templateDeployV2', data({ templateDeployV2: { workflowId: 'w' } }));
	server.on('readWorkflow', status('Running'));
	await expect(deploy()).rejects.toMatchObject({ kind: 'timeout' });
	expect(of('readWorkflow')).toHaveLength(120);
});

test('that is not published is told at once', async () => {
	server.on('readTemplate', errors('Template not found'));
	await expect(deploy()).rejects.toMatchObject({ kind: 'not-found' });
});
