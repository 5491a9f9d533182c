import type { Task } from '@aws-sdk/client-ecs';
import type { Aws } from './aws.ts';
import { everyPage, inBatches, optional } from './pages.ts';
import { proxyAgent, withAgent } from './proxy-agent.ts';

/** What a task asks of ECS. */
export type TaskLists = Pick<Aws['ecs'], 'listTasks' | 'describeTasks'>;

/** A visitor may be waiting for the answer. */
const QUICK = {
	requestHandler: { connectionTimeout: 1_500, requestTimeout: 3_000, throwOnRequestTimeout: true },
} as const;

/**
 * ECS for a task, whose role it uses. `region` undefined: the SDK finds it.
 * @throws usage error for a proxy variable that cannot be used
 */
export async function taskLists(
	region: string | undefined,
	env: Readonly<Record<string, string | undefined>>,
): Promise<TaskLists> {
	const [{ ECS }, agent] = await Promise.all([import('@aws-sdk/client-ecs'), proxyAgent(env)]);
	const config = { maxAttempts: 2, ...withAgent(QUICK, agent) } as const;
	return new ECS(region === undefined ? config : { ...config, region });
}

/**
 * Private addresses of a service's tasks that have a network: those that start, run, and, although they are not meant to run any
 * more, have not ended. Those that ECS lists alone.
 */
export async function readTaskAddresses(
	ecs: TaskLists,
	where: { readonly cluster: string; readonly serviceName: string },
): Promise<string[]> {
	const lists = await Promise.all(
		(['RUNNING', 'STOPPED'] as const).map((desiredStatus) =>
			everyPage(
				(token) => ecs.listTasks({ ...where, desiredStatus, maxResults: 100, ...optional('nextToken', token) }),
				(page) => page.nextToken,
				(page) => page.taskArns,
			),
		),
	);
	const { cluster } = where;
	const tasks = await inBatches(
		[...new Set(lists.flat())],
		100,
		async (batch) => (await ecs.describeTasks({ cluster, tasks: batch })).tasks,
	);
	return [...new Set(tasks.filter(({ lastStatus }) => lastStatus !== 'STOPPED').flatMap(addressesOf))];
}

/** By its network interface, and by what its containers say of it. */
function addressesOf({ attachments = [], containers = [] }: Task): string[] {
	const attached = attachments
		.filter(({ type }) => type === 'ElasticNetworkInterface')
		.flatMap(({ details = [] }) => details)
		.flatMap(({ name, value }) => (name === 'privateIPv4Address' && value ? [value] : []));
	const told = containers
		.flatMap(({ networkInterfaces = [] }) => networkInterfaces)
		.flatMap(({ privateIpv4Address }) => (privateIpv4Address ? [privateIpv4Address] : []));
	return [...attached, ...told];
}
