// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references as Railway writes them.
import { expect, test } from 'vitest';
import { client, createService, createStack, startPlatform } from '../testing/harness.ts';
import { renderReferences } from './references.ts';

const UPSERT = 'mutation($i: VariableCollectionUpsertInput!) { variableCollectionUpsert(input: $i) }';
const READ =
	'query($p: String!, $e: String!, $s: String, $u: Boolean) { variables(projectId: $p, environmentId: $e, serviceId: $s, unrendered: $u) }';

async function setUp() {
	const platform = await startPlatform();
	const api = client(platform);
	const stack = await createStack(api);
	const read = async (serviceId: string | null, unrendered = false) =>
		(await api.data(READ, { p: stack.projectId, e: stack.environmentId, s: serviceId, u: unrendered })).variables;
	const write = (serviceId: string | null, variables: object, more: object = {}) =>
		api.ask(UPSERT, { i: { ...stack, serviceId, variables, skipDeploys: true, ...more } });
	const patch = (change: object) =>
		api.ask('mutation($e: String!, $p: EnvironmentConfig) { environmentPatchCommit(environmentId: $e, patch: $p) }', {
			e: stack.environmentId,
			p: change,
		});
	return { api, stack, read, write, patch };
}

test('names that every object inherits are no variables', async () => {
	const { api, stack, write, read } = await setUp();
	const web = await createService(api, stack, 'web');
	await write(web, { A: 'x${{constructor}}${{shared.toString}}y', constructor: 'own' });
	expect(await read(web)).toEqual({ A: 'xowny', constructor: 'own' });
	const refused = await write(web, JSON.parse('{"__proto__": "x"}'));
	expect(refused.errors?.[0]?.message).toBe('Invalid variable name "__proto__"');
});

test('references reach shared variables, other services and what the platform provides', async () => {
	const { api, stack, read, write } = await setUp();
	const env = await createService(
		api,
		stack,
		'pulse-env',
		{},
		{ SECRET: 's3', BOTH: '${{SECRET}}-${{shared.REGION}}' },
	);
	const web = await createService(
		api,
		stack,
		'web',
		{},
		{ S: 'x${{pulse-env.BOTH}}y', D: '${{ pulse-env.RAILWAY_PRIVATE_DOMAIN }}', NO: '${{gone.X}}' },
	);
	await write(null, { REGION: 'eu' });
	expect(await read(web)).toEqual({ S: 'xs3-euy', D: 'pulse-env.railway.internal', NO: '' });
	expect(await read(web, true)).toEqual({
		S: 'x${{pulse-env.BOTH}}y',
		D: '${{ pulse-env.RAILWAY_PRIVATE_DOMAIN }}',
		NO: '${{gone.X}}',
	});
	const { variablesForServiceDeployment } = await api.data(
		'query($p: String!, $e: String!, $s: String!) { variablesForServiceDeployment(projectId: $p, environmentId: $e, serviceId: $s) }',
		{ p: stack.projectId, e: stack.environmentId, s: env },
	);
	expect(variablesForServiceDeployment).toMatchObject({ SECRET: 's3', RAILWAY_SERVICE_NAME: 'pulse-env' });
});

test('a cycle of references ends', () => {
	const values: Record<string, string> = { A: '1${{B}}', B: '2${{A}}' };
	expect(renderReferences('${{A}}', (owner, name) => ({ value: values[name] ?? '', owner }))).toBe('12');
});

test('a collection merges, or replaces its whole scope and nothing else', async () => {
	const { api, stack, read, write } = await setUp();
	const web = await createService(api, stack, 'web', {}, { A: '1', B: '2' });
	await write(null, { SHARED: 'x' });
	await write(web, { B: '3' });
	expect(await read(web, true)).toEqual({ A: '1', B: '3' });
	await write(web, { C: '4' }, { replace: true });
	expect([await read(web, true), await read(null, true)]).toEqual([{ C: '4' }, { SHARED: 'x' }]);
	expect((await write(web, { D: 5 })).errors?.[0]?.message).toBe('Variable D must be a string');
	expect(await read(web, true)).toEqual({ C: '4' });
});

test('a sealed value never comes back', async () => {
	const { api, stack, read, patch } = await setUp();
	const web = await createService(api, stack, 'web', {}, { OPEN: 'a' });
	await patch({ services: { [web]: { variables: { HIDDEN: { value: 'top', isSealed: true } } } } });
	const seen = { OPEN: 'a', HIDDEN: null };
	expect([await read(web), await read(web, true)]).toEqual([seen, seen]);
	const { environment } = await api.data(
		'query($id: String!) { environment(id: $id) { config(decryptVariables: true) } }',
		{
			id: stack.environmentId,
		},
	);
	expect(environment.config.services[web].variables).toEqual({
		OPEN: { value: 'a' },
		HIDDEN: { value: null, isSealed: true },
	});
	expect(JSON.stringify(environment)).not.toContain('top');
});

test('a patch changes what it names, deletes with null, and is refused whole for one unknown key', async () => {
	const { api, stack, read, patch } = await setUp();
	const web = await createService(api, stack, 'web', { drainingSeconds: 9 }, { A: '1', B: '2' });
	expect((await patch({ services: { [web]: { variables: { A: null }, oops: 1 } } })).errors?.[0]?.message).toContain(
		'oops',
	);
	expect(await read(web)).toEqual({ A: '1', B: '2' });
	const groups = { 'group-1': { name: 'pulse' } };
	expect(
		(
			await patch({
				groups,
				services: { [web]: { variables: { A: null }, groupId: 'group-1', deploy: { healthcheckPath: '/up' } } },
			})
		).errors,
	).toBeUndefined();
	expect(await read(web)).toEqual({ B: '2' });
	const { serviceInstance } = await api.data(
		'query($s: String!, $e: String!) { serviceInstance(serviceId: $s, environmentId: $e) { healthcheckPath drainingSeconds service { groupId } } }',
		{ s: web, e: stack.environmentId },
	);
	expect(serviceInstance).toEqual({ healthcheckPath: '/up', drainingSeconds: 9, service: { groupId: 'group-1' } });
	expect((await patch({ services: { [web]: { groupId: 'nowhere' } } })).errors?.[0]?.message).toBe('Group not found');
});

test('service names are unique in a project and at most 32 characters', async () => {
	const { api, stack } = await setUp();
	const create = (name: string) =>
		api.ask('mutation($i: ServiceCreateInput!) { serviceCreate(input: $i) { id } }', { i: { ...stack, name } });
	expect((await create('web')).errors).toBeUndefined();
	expect((await create('web')).errors?.[0]?.message).toBe('A service named "web" already exists in this project');
	expect((await create('x'.repeat(33))).errors?.[0]?.message).toContain('32');
});

test('settings keep what is not named, take null as unset, and refuse what Railway refuses', async () => {
	const { api, stack } = await setUp();
	const web = await createService(api, stack, 'web', { startCommand: 'node a', overlapSeconds: 3 });
	const update = (input: object) =>
		api.ask(
			'mutation($s: String!, $e: String!, $i: ServiceInstanceUpdateInput!) { serviceInstanceUpdate(serviceId: $s, environmentId: $e, input: $i) }',
			{
				s: web,
				e: stack.environmentId,
				i: input,
			},
		);
	const read = async () =>
		(
			await api.data(
				'query($s: String!, $e: String!) { serviceInstance(serviceId: $s, environmentId: $e) { startCommand overlapSeconds numReplicas restartPolicyType } }',
				{
					s: web,
					e: stack.environmentId,
				},
			)
		).serviceInstance;
	const changes = [{ overlapSeconds: null, numReplicas: 2 }, { numReplicas: 2 }, { startCommand: 'node a' }];
	const answers: unknown[] = [];
	for (const change of changes) answers.push((await update(change)).data?.serviceInstanceUpdate);
	expect(answers).toEqual([true, false, false]);
	expect(await read()).toEqual({
		startCommand: 'node a',
		overlapSeconds: null,
		numReplicas: 2,
		restartPolicyType: 'ON_FAILURE',
	});
	expect((await update({ cronSchedule: '*/5 * * * *' })).errors?.[0]?.message).toContain('one replica');
	expect((await update({ numReplicas: 1, cronSchedule: '*/4 * * * *' })).errors?.[0]?.message).toContain(
		'every 5 minutes',
	);
	expect((await update({ numReplicas: 1, cronSchedule: '0 0 * * * *' })).errors?.[0]?.message).toContain('five fields');
	expect((await update({ numReplicas: 1, cronSchedule: '*/5 * * * *' })).errors).toBeUndefined();
});

test('replicas are spread over regions, at most 50 in all, and a bare number puts them back into one', async () => {
	const { api, stack, patch } = await setUp();
	const web = await createService(api, stack, 'web');
	const scale = (multiRegionConfig: object) => patch({ services: { [web]: { deploy: { multiRegionConfig } } } });
	const seen = async () => {
		const { environment } = await api.data('query($id: String!) { environment(id: $id) { config } }', {
			id: stack.environmentId,
		});
		const { numReplicas, multiRegionConfig } = environment.config.services[web].deploy;
		return { numReplicas, multiRegionConfig };
	};
	const shares = (numbers: Record<string, number>) =>
		Object.fromEntries(Object.entries(numbers).map(([region, numReplicas]) => [region, { numReplicas }]));
	expect(await seen()).toEqual({ numReplicas: 1, multiRegionConfig: shares({ local: 1 }) });
	await scale({ ...shares({ 'us-west2': 2, 'europe-west4': 1 }), local: null });
	const spread = { numReplicas: 3, multiRegionConfig: shares({ 'us-west2': 2, 'europe-west4': 1 }) };
	expect(await seen()).toEqual(spread);
	await scale(shares({ 'us-west2': 49 }));
	expect(await seen()).toMatchObject({ numReplicas: 50 });
	const refusal = async (regions: object) => (await scale(regions)).errors?.[0]?.message;
	expect(await refusal(shares({ 'us-west2': 50 }))).toContain('between 1 and 50 over all regions');
	expect(await refusal({ 'us-west2': null, 'europe-west4': null })).toContain('between 1 and 50');
	expect(await refusal({ 'us-west2': { numReplicas: 0 } })).toContain('multiRegionConfig');
	await scale(shares({ 'us-west2': 2 }));
	await patch({ services: { [web]: { deploy: { startCommand: 'node b' } } } });
	expect(await seen()).toEqual(spread);
	await patch({ services: { [web]: { deploy: { numReplicas: 2 } } } });
	expect(await seen()).toEqual({ numReplicas: 2, multiRegionConfig: shares({ local: 2 }) });
});

test('a service stands in every environment of its project, each with variables of its own', async () => {
	const { api, stack, read } = await setUp();
	const web = await createService(api, stack, 'web', {}, { A: '1' });
	const { environmentCreate } = await api.data(
		'mutation($i: EnvironmentCreateInput!) { environmentCreate(input: $i) { id serviceInstances { edges { node { serviceName } } } } }',
		{ i: { projectId: stack.projectId, name: 'staging' } },
	);
	expect(environmentCreate.serviceInstances.edges).toEqual([{ node: { serviceName: 'web' } }]);
	await api.data('mutation($id: String!, $e: String!) { serviceDelete(id: $id, environmentId: $e) }', {
		id: web,
		e: environmentCreate.id,
	});
	expect(await read(web)).toEqual({ A: '1' });
	await api.data('mutation($id: String!) { projectDelete(id: $id) }', { id: stack.projectId });
	expect((await api.data('{ projects { edges { node { id } } } }')).projects.edges).toEqual([]);
});

test('a service that has no source cannot be deployed', async () => {
	const { api, stack } = await setUp();
	const web = await createService(api, stack, 'web');
	const answer = await api.ask(
		'mutation($s: String!, $e: String!) { serviceInstanceDeployV2(serviceId: $s, environmentId: $e) }',
		{
			s: web,
			e: stack.environmentId,
		},
	);
	expect(answer.errors?.[0]?.message).toBe('Cannot redeploy without a snapshot');
});
