import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Directives, PluginContext } from 'pulse-app';
import { afterEach, describe, expect, test } from 'vitest';
import type { TaskLists } from '../platform/task-addresses.ts';
import { AWSECSPlugin } from './aws-ecs-plugin.ts';

const ID = 'prod-20260402-120000Z';
const CLUSTER = 'arn:aws:ecs:eu-west-1:123456789012:cluster/prod';
/** None of these is there. */
const [OWN, OTHER] = ['192.0.2.1', '192.0.2.2'];
const NOBODY = 'A'.repeat(22);

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
	for (const step of cleanUp.splice(0).reverse()) await step();
});

async function listening(server: Server): Promise<string> {
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	cleanUp.push(async () => {
		server.closeAllConnections();
		server.close();
	});
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** ECS with two tasks, and what it was asked. */
function lists(fail?: () => Error): TaskLists & { readonly asked: object[] } {
	const asked: object[] = [];
	const $metadata = {};
	return {
		asked,
		listTasks: async (input) => {
			asked.push(input);
			if (fail !== undefined) throw fail();
			return { taskArns: input.desiredStatus === 'RUNNING' ? ['task/own', 'task/other'] : ['task/old'], $metadata };
		},
		describeTasks: async ({ tasks = [] }) => ({
			tasks: tasks.map((taskArn) => ({
				taskArn,
				lastStatus: taskArn === 'task/old' ? 'STOPPED' : 'RUNNING',
				attachments: [
					{
						type: 'ElasticNetworkInterface',
						details: [{ name: 'privateIPv4Address', value: taskArn === 'task/own' ? OWN : OTHER }],
					},
				],
			})),
			$metadata,
		}),
	};
}

async function started(ecs: TaskLists, more: Record<string, string> = { PULSE_AWS_TASK_SECRET: 'shared' }) {
	const metadata = await listening(
		createServer((_, response) => {
			const Containers = [{ Name: 'app', Networks: [{ NetworkMode: 'awsvpc', IPv4Addresses: [OWN] }] }];
			response.end(JSON.stringify({ Cluster: CLUSTER, TaskARN: 'arn:task/prod/own', Containers }));
		}),
	);
	const warnings: string[] = [];
	const warn = (_: object, text: string) => void warnings.push(text);
	const plugin = new AWSECSPlugin({
		ssm: { getParameters: async () => ({ $metadata: {} }), putParameter: async () => ({ $metadata: {} }) },
		ecs,
	});
	await plugin.onStart({
		environment: 'prod',
		env: {
			PULSE_AWS_DEPLOYMENT_NAME: 'prod',
			PULSE_AWS_DEPLOYMENT_ID: ID,
			PULSE_AWS_DRAIN_POLL_SECONDS: '60',
			PULSE_AWS_DRAIN_GRACE_SECONDS: '20',
			ECS_CONTAINER_METADATA_URI_V4: metadata,
			...more,
		},
		renderSessions: () => ({ total: 0, connected: 0, resumable: 0 }),
		log: { info: warn, warn, error: warn },
	} as unknown as PluginContext);
	cleanUp.push(() => plugin.onStop());
	const base = await listening(
		createServer(async (request, response) => (await plugin.onRequest(request, response)) || response.end('app')),
	);
	const directives: Directives = { headers: {}, query: {}, socketio: { auth: {}, headers: {}, query: {} } };
	plugin.onPrerender(directives);
	return { base, directives, warnings };
}

const asks = (token: string) => `pulse_deployment=${ID}&pulse_replica=${token}`;

describe('A11.7: a page of a task', () => {
	test('names it beside its deployment, in its requests and on its socket, by nothing that tells the address', async () => {
		const { directives } = await started(lists());
		expect(directives.query).toEqual({ pulse_deployment: ID, pulse_replica: expect.stringMatching(/^[\w-]{22}$/) });
		expect(directives.socketio.query).toEqual(directives.query);
		const token = async (secrets: Record<string, string>) =>
			(await started(lists(), secrets)).directives.query.pulse_replica;
		expect(await token({ PULSE_AWS_TASK_SECRET: 'shared' })).toBe(directives.query.pulse_replica);
		expect(await token({ PULSE_AWS_TASK_SECRET: 'of another deployment' })).not.toBe(directives.query.pulse_replica);
		// The app's own secret wins: those who may read task definitions know the other.
		const own = await token({ PULSE_AWS_TASK_SECRET: 'shared', PULSE_SECRET: 'own' });
		expect(own).toBe(await token({ PULSE_SECRET: 'own' }));
		expect(await token({})).toBeUndefined();
	});

	test('of this very task is served, as is one that names none in its form, without asking ECS', async () => {
		const ecs = lists();
		const { base, directives } = await started(ecs);
		const own = directives.query.pulse_replica ?? '';
		for (const token of [own, `${NOBODY}&pulse_replica=${own}`, OTHER, '', 'x'.repeat(100_000 / 10)]) {
			expect(await (await fetch(`${base}/?${asks(token)}`)).text()).toBe('app');
		}
		const headers = { 'x-pulse-replica': NOBODY };
		expect(await (await fetch(`${base}/?${asks(own)}`, { headers })).text()).toBe('app');
		expect(ecs.asked).toEqual([]);
	});

	test('of a task that is gone is told so where its script reads it, and goes on without its pins where a person reads', async () => {
		const ecs = lists();
		const { base } = await started(ecs);
		for (const [query, headers] of [
			[asks(NOBODY), {}],
			[`pulse_deployment=${ID}`, { 'x-pulse-replica': NOBODY }],
		] as const) {
			const stale = await fetch(`${base}/x?${query}`, { headers });
			expect([stale.status, stale.headers.get('x-pulse-stale-affinity'), await stale.json()]).toEqual([
				409,
				'1',
				{ detail: 'stale affinity' },
			]);
		}
		const page = await fetch(`${base}/a?b=1&${asks(NOBODY)}&c=2`, {
			redirect: 'manual',
			headers: { 'sec-fetch-dest': 'document' },
		});
		expect([page.status, page.headers.get('location')]).toEqual([302, '/a?b=1&c=2']);
		expect(ecs.asked).toEqual([
			{ cluster: CLUSTER, serviceName: ID, desiredStatus: 'RUNNING', maxResults: 100 },
			{ cluster: CLUSTER, serviceName: ID, desiredStatus: 'STOPPED', maxResults: 100 },
		]);
	});

	test('is asked for health and meta at the task that was reached', async () => {
		const { base } = await started(lists());
		expect(await (await fetch(`${base}/_pulse/health?${asks(NOBODY)}`)).text()).toBe('app');
		expect(await (await fetch(`${base}/_pulse/meta?${asks(NOBODY)}`)).json()).toMatchObject({ deployment_id: ID });
	});

	test.each(['AccessDeniedException', 'ThrottlingException'])(
		'is served where it came while ECS answers %s, which is said once',
		async (name) => {
			const { base, warnings } = await started(lists(() => Object.assign(new Error(name), { name })));
			for (let times = 0; times < 5; times++) {
				expect(await (await fetch(`${base}/?${asks(NOBODY)}`)).text()).toBe('app');
			}
			expect(warnings).toHaveLength(1);
		},
	);
});
