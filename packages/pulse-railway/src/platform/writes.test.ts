import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openPlatform } from './open-platform.ts';
import type { InstanceSettings } from './port.ts';
import {
	data,
	dropped,
	errors,
	type Hazard,
	type HazardServer,
	reply,
	startHazardServer,
} from './testing/hazard-server.ts';

const signal = new AbortController().signal;
let server: HazardServer;

beforeEach(async () => {
	server = await startHazardServer();
});
afterEach(() => server.close());

const platform = (options?: Parameters<HazardServer['connect']>[0]) =>
	openPlatform(server.connect(options), { projectId: 'p', environmentId: 'e' });
const arrived = () => server.received.map((request) => request.operation).slice(1);
const sent = (operation: string) => server.received.find((request) => request.operation === operation)?.variables;

const names = (...services: [name: string, id: string][]): Hazard =>
	data({
		environment: {
			serviceInstances: {
				edges: services.map(([serviceName, serviceId]) => ({ node: { serviceName, serviceId } })),
				pageInfo: { hasNextPage: false },
			},
		},
	});

describe('creating a service', () => {
	const create = () =>
		platform().createService({ name: 'prod-1', variables: { PULSE_DEPLOYMENT_ID: 'prod-1' } }, signal);
	const created = (id: string) => data({ serviceCreate: { id } });

	test('sends its variables in the same call', async () => {
		server.on('serviceCreate', created('s1'));
		expect(await create()).toEqual({ serviceId: 's1' });
		expect(sent('serviceCreate')).toEqual({
			input: { projectId: 'p', environmentId: 'e', name: 'prod-1', variables: { PULSE_DEPLOYMENT_ID: 'prod-1' } },
		});
	});

	test.each([
		['the answer was lost', dropped],
		['the answer was an error', errors('Problem processing request')],
		['the answer was an error that will not pass', errors('Cannot read properties of undefined')],
		['a gateway gave up', reply(504, '')],
	])('adopts the one it made when %s', async (_name, hazard) => {
		server.on('serviceCreate', hazard);
		server.on('serviceNames', names(['other', 's0'], ['prod-1', 's1']));
		expect(await create()).toEqual({ serviceId: 's1' });
		expect(arrived()).toEqual(['serviceCreate', 'serviceNames']);
	});

	test('looks again for a while, because reads lag behind', async () => {
		server.on('serviceCreate', dropped);
		server.on('serviceNames', names(), names(['prod-1', 's1']));
		expect(await create()).toEqual({ serviceId: 's1' });
		expect(server.pauses).toEqual([1_000]);
	});

	test('is repeated when nothing was made', async () => {
		server.on('serviceCreate', dropped, created('s1'));
		server.on('serviceNames', names());
		expect(await create()).toEqual({ serviceId: 's1' });
		expect(arrived().filter((name) => name === 'serviceCreate')).toHaveLength(2);
	});

	test.each([
		'A service named "prod-1" already exists in this project',
		'Service name must be unique within a project',
	])('takes a conflict after a lost answer for its own: %s', async (conflict) => {
		server.on('serviceCreate', dropped, errors(conflict));
		server.on('serviceNames', names(), names(), names(), names(), names(), names(['prod-1', 's1']));
		expect(await create()).toEqual({ serviceId: 's1' });
	});

	test('never adopts what was there before', async () => {
		server.on('serviceCreate', errors('A service named "prod-1" already exists in this project'));
		server.on('serviceNames', names(['prod-1', 'somebody-elses']));
		await expect(create()).rejects.toMatchObject({ kind: 'conflict' });
		expect(arrived()).toEqual(['serviceCreate']);
	});

	test('that may have been made is not called surely absent by a later attempt', async () => {
		server.on('serviceCreate', dropped, reply(401, ''));
		server.on('serviceNames', names());
		await expect(create()).rejects.toMatchObject({ kind: 'unauthorized', mayHaveHappened: true });
	});

	test('that is refused stays refused', async () => {
		server.on('serviceCreate', errors('Not Authorized'));
		server.on('serviceNames', names());
		await expect(create()).rejects.toMatchObject({ kind: 'unauthorized' });
	});
});

describe('deleting a service', () => {
	const remove = () => platform({ retry: { attempts: 2 } }).deleteService('s1', signal);

	test('is confined to the environment', async () => {
		server.on('serviceDelete', data({ serviceDelete: true }));
		await remove();
		expect(sent('serviceDelete')).toEqual({ id: 's1', environmentId: 'e' });
	});

	test('that is already gone is success', async () => {
		server.on('serviceDelete', errors('Service not found'));
		await remove();
	});

	test.each(['Not Authorized', 'Problem processing request'])('"%s" is success only if it is gone', async (message) => {
		server.on('serviceDelete', errors(message));
		server.on('serviceNames', names(['other', 's0']));
		await remove();
		server.on('serviceNames', names(['prod-1', 's1']));
		await expect(remove()).rejects.toThrow(message);
	});

	test('is not believed when the endpoint itself is missing', async () => {
		server.on('serviceDelete', reply(404, 'no such page'));
		await expect(remove()).rejects.toMatchObject({ kind: 'rejected' });
	});
});

describe('variables', () => {
	test('of a service are merged without a deploy (R5.16)', async () => {
		server.on('variableCollectionUpsert', data({ variableCollectionUpsert: true }));
		await platform().setVariables('s1', { A: '1', B: '' }, signal);
		expect(sent('variableCollectionUpsert')).toEqual({
			input: {
				projectId: 'p',
				environmentId: 'e',
				serviceId: 's1',
				variables: { A: '1', B: '' },
				replace: false,
				skipDeploys: true,
			},
		});
	});

	test('that are shared carry no service, and none cost no request', async () => {
		server.on('variableCollectionUpsert', data({ variableCollectionUpsert: true }));
		await platform().setVariables(null, { A: '1' }, signal);
		expect(sent('variableCollectionUpsert')?.input).not.toHaveProperty('serviceId');
		const before = server.received.length;
		await platform().setVariables('s1', {}, signal);
		expect(server.received.length).toBe(before);
	});

	test('already deleted count as deleted', async () => {
		server.on('variableDelete', errors('Variable not found'));
		await platform().deleteVariable(null, 'A', signal);
	});
});

test('settings are sent as given, an image as source, the rest left out (R7.18)', async () => {
	server.on('serviceInstanceUpdate', data({ serviceInstanceUpdate: true }));
	await platform().updateInstance('s1', { numReplicas: 1, image: 'redis:7', drainingSeconds: 0 }, signal);
	expect(sent('serviceInstanceUpdate')).toEqual({
		serviceId: 's1',
		environmentId: 'e',
		input: { numReplicas: 1, drainingSeconds: 0, source: { image: 'redis:7' } },
	});
});

test('settings that were so already are no failure, although Railway says false', async () => {
	server.on('serviceInstanceUpdate', data({ serviceInstanceUpdate: false }));
	await platform().updateInstance('s1', { numReplicas: 1 }, signal);
	server.on('configureServices', data({ v0: true, i0: false }));
	const change = { serviceId: 's1', variables: { A: '1' }, settings: { numReplicas: 1 } };
	await platform().configure([change], signal);
	expect(arrived().filter((name) => name !== 'readTokenScope')).toEqual(['serviceInstanceUpdate', 'configureServices']);
});

test('a group is committed as a patch of the services in it (R5.10)', async () => {
	server.on('environmentPatchCommit', data({ environmentPatchCommit: 'c' }));
	await platform().setGroup('g', ['s1', 's2'], signal);
	expect(sent('environmentPatchCommit')?.patch).toEqual({ services: { s1: { groupId: 'g' }, s2: { groupId: 'g' } } });
});

test('logs end with the last lines asked for, though Railway may give one more', async () => {
	const line = (message: string) => ({ timestamp: 't', message, severity: null });
	server.on('readBuildLogs', data({ logs: ['a', 'b', 'c'].map(line) }));
	expect((await platform().buildLogs('d', 2, signal)).map((entry) => entry.message)).toEqual(['b', 'c']);
});

describe('a domain (R5.20)', () => {
	const domains = (...list: string[]) =>
		data({ domains: { serviceDomains: list.map((domain) => ({ domain, targetPort: 8000 })), customDomains: [] } });
	const ensure = () => platform().ensureDomain('s1', 8000, signal);

	test('that exists is used', async () => {
		server.on('listDomains', domains('a.up.railway.app', 'b.up.railway.app'));
		expect(await ensure()).toEqual({ domain: 'a.up.railway.app' });
		expect(arrived()).toEqual(['listDomains']);
	});

	test('is made once, even if the answer is lost', async () => {
		server.on('listDomains', domains(), domains('a.up.railway.app'));
		server.on('serviceDomainCreate', dropped);
		expect(await ensure()).toEqual({ domain: 'a.up.railway.app' });
		expect(arrived()).toEqual(['listDomains', 'serviceDomainCreate', 'listDomains']);
	});

	test('is tried again when Railway asks for it', async () => {
		server.on('listDomains', domains());
		server.on(
			'serviceDomainCreate',
			errors('Failed to create service domain, please try again'),
			data({ serviceDomainCreate: { domain: 'c.up.railway.app' } }),
		);
		expect(await ensure()).toEqual({ domain: 'c.up.railway.app' });
	});
});

test('a project token cannot mint another, and is not even asked to', async () => {
	server.on(
		'readTokenScope',
		data({ projectToken: { project: { id: 'p', name: 'P' }, environment: { id: 'e', name: 'E' } } }),
	);
	await expect(platform().createProjectToken('janitor', signal)).rejects.toMatchObject({ kind: 'unauthorized' });
	expect(arrived()).toEqual([]);
});

describe('replicas', () => {
	const places = (multiRegionConfig: object | undefined) =>
		data({ environment: { config: { services: { s1: { deploy: { numReplicas: 1, multiRegionConfig } } } } } });
	const input = async (settings: InstanceSettings, places?: Hazard) => {
		server.on('serviceInstanceUpdate', data({ serviceInstanceUpdate: true }));
		if (places !== undefined) server.on('readPlaces', places);
		await platform().updateInstance('s1', settings, signal);
		return sent('serviceInstanceUpdate')?.input;
	};
	const shares = (numbers: Record<string, number>) => ({
		multiRegionConfig: Object.fromEntries(
			Object.entries(numbers).map(([name, numReplicas]) => [name, { numReplicas }]),
		),
	});

	test('of known regions are written region by region, never as the bare number that would put them into one', async () => {
		expect(await input({ numReplicas: 3, regions: { 'us-west2': 2, 'eu-x': 1 } })).toEqual(
			shares({ 'us-west2': 2, 'eu-x': 1 }),
		);
	});

	test('that are more than one are written where the service stands, which is looked up', async () => {
		expect(await input({ numReplicas: 3 }, places({ 'eu-x': { numReplicas: 1 }, gone: null }))).toEqual(
			shares({ 'eu-x': 3 }),
		);
		const changes = [{ serviceId: 's1', settings: { numReplicas: 3 } }];
		server.on('configureServices', data({ i0: true }));
		await platform().configure(changes, signal);
		expect(sent('configureServices')).toMatchObject({ i0: shares({ 'eu-x': 3 }) });
	});

	test('that an operator spread meanwhile stay spread', async () => {
		const spread = { 'us-west2': { numReplicas: 2 }, 'eu-x': { numReplicas: 2 } };
		expect(await input({ numReplicas: 3 }, places(spread))).toEqual({ multiRegionConfig: spread });
	});

	test.each([
		['no region is known', places(undefined)],
		['nobody may look', errors('Not Authorized')],
	])('are a number where %s', async (_, answer) => {
		expect(await input({ numReplicas: 3 }, answer)).toEqual({ numReplicas: 3 });
	});
});
