// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to variables of Railway look like this
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openPlatform } from './open-platform.ts';
import { data, errors, type Hazard, type HazardServer, startHazardServer } from './testing/hazard-server.ts';

const signal = new AbortController().signal;
const target = { projectId: 'p', environmentId: 'e' };
let server: HazardServer;

beforeEach(async () => {
	server = await startHazardServer();
});
afterEach(() => server.close());

const observe = () => openPlatform(server.connect(), target).observe(signal);
const arrived = () => server.received.map((request) => request.operation);

function instance(id: string, more: object = {}) {
	return {
		service: { id, name: `name-${id}`, createdAt: '2026-01-01T00:00:00.000Z', groupId: null },
		startCommand: null,
		numReplicas: 1,
		domains: { serviceDomains: [], customDomains: [] },
		latestDeployment: null,
		...more,
	};
}

function page(nodes: object[], endCursor: string | null = null) {
	return { edges: nodes.map((node) => ({ node })), pageInfo: { hasNextPage: endCursor !== null, endCursor } };
}

function stack(nodes: object[], config: unknown, endCursor?: string, projectId = 'p'): Hazard {
	return data({
		project: { id: 'p', name: 'Shop', workspaceId: 'w', description: null },
		environment: {
			id: 'e',
			name: 'production',
			projectId,
			...(config === undefined ? {} : { config }),
			serviceInstances: page(nodes, endCursor ?? null),
		},
	});
}

test('one request tells everything of a small stack (R7.18)', async () => {
	server.on(
		'observeStack',
		stack(
			[
				instance('r', {
					startCommand: 'run',
					healthcheckPath: '/healthz',
					healthcheckTimeout: 60,
					cronSchedule: null,
					restartPolicyType: 'ON_FAILURE',
					overlapSeconds: 0,
					source: { image: 'ghcr.io/x/router:1' },
					domains: {
						serviceDomains: [{ domain: 'shop.up.railway.app', targetPort: 8000 }],
						customDomains: [{ domain: 'shop.example', targetPort: null }],
					},
					latestDeployment: { id: 'd', status: 'SLEEPING', deploymentStopped: true, createdAt: 'then' },
				}),
				instance('b'),
			],
			{
				sharedVariables: { PULSE_ACTIVE_DEPLOYMENT: { value: 'prod-1' }, HIDDEN: { isSealed: true } },
				services: {
					r: {
						groupId: 'g',
						variables: {
							URL: { value: '${{redis.URL}}' },
							SEALED: { value: 'never', isSealed: true },
							EMPTY: { value: '' },
							DELETED: null,
						},
						deploy: {
							numReplicas: 1,
							multiRegionConfig: { 'us-west2': { numReplicas: 2 }, 'eu-x': { numReplicas: 3 }, gone: null },
						},
					},
				},
			},
		),
	);
	expect(await observe()).toEqual({
		project: { id: 'p', name: 'Shop', workspaceId: 'w', description: null },
		environment: { id: 'e', name: 'production' },
		config: 'plain',
		sharedVariables: { PULSE_ACTIVE_DEPLOYMENT: 'prod-1', HIDDEN: null },
		services: [
			{
				id: 'r',
				name: 'name-r',
				createdAt: '2026-01-01T00:00:00.000Z',
				groupId: 'g',
				variables: { URL: '${{redis.URL}}', SEALED: null, EMPTY: '' },
				settings: {
					image: 'ghcr.io/x/router:1',
					numReplicas: 5,
					regions: { 'us-west2': 2, 'eu-x': 3 },
					startCommand: 'run',
					healthcheckPath: '/healthz',
					healthcheckTimeout: 60,
					restartPolicyType: 'ON_FAILURE',
					overlapSeconds: 0,
				},
				domains: [
					{ domain: 'shop.up.railway.app', targetPort: 8000, custom: false },
					{ domain: 'shop.example', targetPort: null, custom: true },
				],
				latestDeployment: { id: 'd', status: 'SLEEPING', stopped: true, createdAt: 'then' },
			},
			{
				id: 'b',
				name: 'name-b',
				createdAt: '2026-01-01T00:00:00.000Z',
				groupId: null,
				variables: {},
				settings: { numReplicas: 1 },
				domains: [],
				latestDeployment: null,
			},
		],
	});
	expect(arrived()).toEqual(['readTokenScope', 'observeStack']);
});

test('a further page costs one request', async () => {
	server.on('observeStack', stack([instance('a')], {}, 'cursor-1'));
	const more = (id: string, cursor: string | null) =>
		data({ environment: { serviceInstances: page([instance(id)], cursor) } });
	server.on('moreInstances', more('b', 'cursor-2'), more('c', null));
	expect((await observe()).services.map((service) => service.id)).toEqual(['a', 'b', 'c']);
	expect(server.received.slice(2).map((request) => request.variables.after)).toEqual(['cursor-1', 'cursor-2']);
});

test('a list that cannot be read to its end is an error, never half a list', async () => {
	server.on('observeStack', stack([instance('a')], {}, 'cursor-1'));
	server.on('moreInstances', data({ environment: { serviceInstances: page([instance('b')], 'cursor-1') } }));
	await expect(observe()).rejects.toMatchObject({ kind: 'unavailable' });
});

test('without the right to the configuration, variables are read 25 services at a time', async () => {
	const services = Array.from({ length: 30 }, (_, index) => instance(`s-${index}`));
	server.on('observeStack', errors('Not Authorized'), stack(services, undefined));
	server.on('readVariables', (response, received, request) => {
		const own = Object.entries(received.variables).filter(([name]) => /^s\d+$/.test(name));
		data({
			shared: { PULSE_ACTIVE_DEPLOYMENT: 'prod-1' },
			...Object.fromEntries(own.map(([alias, id]) => [alias, { ID: id }])),
		})(response, received, request);
	});
	const platform = openPlatform(server.connect(), target);
	const { services: seen, sharedVariables } = await platform.observe(signal);
	expect(sharedVariables).toEqual({ PULSE_ACTIVE_DEPLOYMENT: 'prod-1' });
	expect(seen.map((service) => service.variables.ID)).toEqual(services.map((service) => service.service.id));
	expect(arrived().slice(1)).toEqual(['observeStack', 'observeStack', 'readVariables', 'readVariables']);

	await platform.observe(signal);
	expect(arrived().slice(5)).toEqual(['observeStack', 'readVariables', 'readVariables']);
});

test('shared variables are read even where there is no service', async () => {
	server.on('observeStack', stack([], undefined));
	server.on('readVariables', data({ shared: { A: 'b' } }));
	expect((await observe()).sharedVariables).toEqual({ A: 'b' });
});

test('a token without any right is told so', async () => {
	server.on('observeStack', errors('Not Authorized'));
	await expect(observe()).rejects.toMatchObject({ kind: 'unauthorized', fault: 'user' });
});

test('an environment of another project is refused: ids from a flag and from the shell may not belong together', async () => {
	server.on('observeStack', stack([instance('a')], { services: {} }, undefined, 'another'));
	await expect(observe()).rejects.toMatchObject({
		kind: 'not-found',
		message: 'environment production (e) is not of project Shop',
		next: expect.stringContaining('RAILWAY_ENVIRONMENT_ID'),
	});
});

describe('variables that stand hidden in the configuration are asked for by themselves', () => {
	const deploy = { multiRegionConfig: { 'us-west2': { numReplicas: 2 }, 'eu-x': { numReplicas: 1 } } };
	const seen = async (a: object, shared: object, told: object) => {
		const config = { services: { a: { variables: a, groupId: 'g', deploy } }, sharedVariables: shared };
		server.on('observeStack', stack([instance('a')], config));
		server.on('readVariables', data(told));
		const { sharedVariables, services } = await observe();
		return { shared: sharedVariables, own: services[0]?.variables, service: services[0] };
	};
	const told = { shared: { S: '1' }, s0: { A: '2', B: null } };

	test.each([
		['null', { A: { value: null }, B: {} }, { S: { value: null } }],
		['nothing', { A: { value: '' }, B: { value: '' } }, { S: { value: '' } }],
		['stars', { A: { value: '*****' }, B: { value: '*****' } }, { S: { value: '*****' } }],
		['stars for one of them', { A: { value: '*****' }, B: { value: 'b' } }, { S: { value: 's' } }],
		['a mixture', { A: { value: '' }, B: { value: null } }, { S: {} }],
	])('%s in their place', async (_, own, shared) => {
		const { service, ...variables } = await seen(own, shared, told);
		expect(variables).toEqual({ shared: { S: '1' }, own: { A: '2', B: null } });
		// What the configuration alone knows is not lost with it.
		expect(service).toMatchObject({ groupId: 'g', settings: { numReplicas: 3 } });
	});

	test('but not for the sake of sealed and of empty ones among others', async () => {
		const { own } = await seen(
			{ A: { value: '*****', isSealed: true }, B: { value: '' } },
			{ S: { value: 's' } },
			told,
		);
		expect(own).toEqual({ A: null, B: '' });
		expect(arrived()).not.toContain('readVariables');
	});

	test('and what stays hidden even so is known as unreadable, never as its mask or as empty', async () => {
		const hidden = { A: { value: '*****' } };
		expect(await seen(hidden, {}, { shared: { S: '*****' }, s0: { A: '*****', B: 'b', C: '' } })).toMatchObject({
			shared: { S: null },
			own: { A: null, B: 'b', C: '' },
		});
		expect(await seen(hidden, {}, { shared: { S: '' }, s0: { A: '', B: null } })).toMatchObject({
			shared: { S: null },
			own: { A: null, B: null },
		});
	});
});
