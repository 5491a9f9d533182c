import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findOnPath } from '../find-on-path.ts';
import type { LocalPlatformOptions } from '../index.ts';
import { client, createStack, logs, reaches, startPlatform, temporaryFolder, until } from '../testing/harness.ts';

const noRedis = findOnPath('redis-server', process.env.PATH ?? '') === null;

const INSTANCES = `query($id: String!) { environment(id: $id) { serviceInstances { edges { node {
	serviceId serviceName cronSchedule source { image } service { groupId } latestDeployment { id } } } } } }`;

/** Deploys the baseline with a program of the test in place of the router and the janitor. */
async function baseline(redis: NonNullable<LocalPlatformOptions['redis']>) {
	const dir = await temporaryFolder();
	const program = join(dir, 'pulse-railway.mjs');
	await writeFile(
		program,
		"console.log(process.argv.slice(2).join(' '), process.env.REDIS_URL); setInterval(() => {}, 1000);",
	);
	await mkdir(join(dir, 'platform'));
	const platform = await startPlatform({ dir: join(dir, 'platform'), redis, commands: { 'pulse-railway': program } });
	const api = client(platform);
	const stack = await createStack(api);
	const { template } = await api.data('{ template(code: "pulse-baseline") { id serializedConfig } }');
	const { templateDeployV2: answer } = await api.data(
		'mutation($i: TemplateDeployV2Input!) { templateDeployV2(input: $i) { projectId workflowId } }',
		{ i: { templateId: template.id, serializedConfig: template.serializedConfig, ...stack } },
	);
	const workflow = async () =>
		(
			await api.data('query($id: String!) { workflowStatus(workflowId: $id) { status error } }', {
				id: answer.workflowId,
			})
		).workflowStatus;
	const first = await workflow();
	await until('the workflow is complete', async () => (await workflow()).status === 'Complete');
	const { environment } = await api.data(INSTANCES, { id: stack.environmentId });
	const services = environment.serviceInstances.edges.map((edge: { node: object }) => edge.node);
	const service = (name: string) => services.find((entry: { serviceName: string }) => entry.serviceName === name);
	const { variables } = await api.data(
		'query($p: String!, $e: String!, $s: String!) { variables(projectId: $p, environmentId: $e, serviceId: $s) }',
		{ p: stack.projectId, e: stack.environmentId, s: service('pulse-redis').serviceId },
	);
	return { platform, api, first, service, redis: variables as Record<string, string> };
}

test('the baseline template makes router, janitor and Redis in one group; without a server Redis is SQLite', async () => {
	const { platform, api, first, service, redis } = await baseline('sqlite');
	expect(first.status).toBe('NotFound');
	const names = ['pulse-router', 'pulse-janitor', 'pulse-redis'];
	expect(new Set(names.map((name) => service(name).service.groupId)).size).toBe(1);
	expect(service('pulse-router').service.groupId).toBeTruthy();
	expect(service('pulse-janitor').cronSchedule).toBe('*/5 * * * *');
	expect(redis.REDIS_URL).toMatch(/^sqlite:\/\/\/.+\.sqlite$/);
	expect(platform.redis).toContain('SQLite');
	const id = service('pulse-router').latestDeployment.id;
	await until('the router runs', async () => (await logs(api, id)).includes(`router ${redis.REDIS_URL}`));
	await reaches(api, service('pulse-redis').latestDeployment.id, 'SUCCESS');
	expect((await logs(api, service('pulse-redis').latestDeployment.id)).at(-1)).toContain('SQLite');
});

test.skipIf(noRedis)(
	'with redis-server on the machine Redis is real, with a password, and keeps address and data (skipped without it)',
	async () => {
		const { api, service, redis } = await baseline('auto');
		const url = new URL(redis.REDIS_URL!);
		expect(url.password).toMatch(/^\w{32}$/);
		const id = service('pulse-redis').latestDeployment.id;
		await reaches(api, id, 'SUCCESS');
		const talk = (text: string) =>
			new Promise<string>((resolve) => {
				const socket = connect(Number(url.port), '127.0.0.1', () => socket.write(text));
				socket.once('data', (data) => socket.end(() => resolve(String(data))));
				socket.on('error', () => resolve('unreachable'));
			});
		await until('it answers', async () => (await talk('PING\r\n')) !== 'unreachable');
		expect(await talk('PING\r\n')).toContain('NOAUTH');
		expect(await talk(`AUTH ${url.password}\r\nSET a 1\r\n`)).toContain('+OK');
		const { deploymentRedeploy } = await api.data('mutation($id: String!) { deploymentRedeploy(id: $id) { id } }', {
			id,
		});
		await reaches(api, deploymentRedeploy.id, 'SUCCESS');
		const get = `AUTH ${url.password}\r\nGET a\r\n`;
		await until('its data is back', async () => (await talk(get)).includes('$1'));
	},
);
