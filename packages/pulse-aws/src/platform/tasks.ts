import type { Task } from '@aws-sdk/client-ecs';
import type { Aws } from './aws.ts';
import { orGone } from './error-names.ts';
import { everyPage, inBatches, optional } from './pages.ts';

/** Ids of the tasks that are meant to run, by service name: the whole cluster's in pages, not one list a service. */
export async function readTasks(aws: Pick<Aws, 'ecs'>, cluster: string): Promise<Map<string, string[]>> {
	const tasks = await describeTasks(aws, cluster, await listTasks(aws, cluster, 'RUNNING'));
	const byService = new Map<string, string[]>();
	for (const task of tasks) {
		const service = serviceName(task);
		byService.set(service, [...(byService.get(service) ?? []), taskId(task.taskArn)]);
	}
	return byService;
}

/**
 * How many tasks and services of a cluster are still ending: neither is listed as running any more, yet they keep the
 * cluster from being deleted. A service is known by the tasks it had.
 * @param only of these services. Default all
 */
export async function countEnding(
	aws: Pick<Aws, 'ecs'>,
	cluster: string,
	only?: ReadonlySet<string>,
): Promise<{ tasks: number; services: number }> {
	const lists = await Promise.all((['RUNNING', 'STOPPED'] as const).map((desired) => listTasks(aws, cluster, desired)));
	const all = await describeTasks(aws, cluster, lists.flat());
	const tasks = only === undefined ? all : all.filter((task) => only.has(serviceName(task)));
	const names = [...new Set(tasks.map(serviceName))].filter((name) => name !== '');
	const services = await inBatches(
		names,
		10,
		async (batch) => (await aws.ecs.describeServices({ cluster, services: batch })).services,
	);
	return {
		tasks: tasks.filter((task) => task.lastStatus !== 'STOPPED').length,
		services: services.filter((service) => service.status === 'DRAINING').length,
	};
}

/** Tasks that ended by themselves since then, by service: a container exited, or the load balancer found it ill. Kept for an hour. */
export async function readCrashes(aws: Pick<Aws, 'ecs'>, cluster: string, since: number): Promise<Map<string, number>> {
	const tasks = await describeTasks(aws, cluster, await listTasks(aws, cluster, 'STOPPED'));
	const crashes = new Map<string, number>();
	for (const task of tasks) {
		const stoppedAt = (task.stoppedAt ?? task.stoppingAt)?.getTime() ?? 0;
		if (!isCrash(task) || stoppedAt < since) continue;
		const service = serviceName(task);
		crashes.set(service, (crashes.get(service) ?? 0) + 1);
	}
	return crashes;
}

/** ECS ends an ill one as it ends one that is not needed any more: its reason alone tells them apart. */
function isCrash({ stopCode, stoppedReason = '' }: Task): boolean {
	if (stopCode === 'EssentialContainerExited') return true;
	return stopCode === 'ServiceSchedulerInitiated' && /failed .*health checks/i.test(stoppedReason);
}

async function listTasks(aws: Pick<Aws, 'ecs'>, cluster: string, desiredStatus: 'RUNNING' | 'STOPPED') {
	const arns = everyPage(
		(token) => aws.ecs.listTasks({ cluster, desiredStatus, maxResults: 100, ...optional('nextToken', token) }),
		(page) => page.nextToken,
		(page) => page.taskArns,
	);
	return (await orGone(arns, 'ClusterNotFoundException')) ?? [];
}

function describeTasks(aws: Pick<Aws, 'ecs'>, cluster: string, arns: readonly string[]) {
	return inBatches(arns, 100, async (batch) => (await aws.ecs.describeTasks({ cluster, tasks: batch })).tasks);
}

const serviceName = (task: Task) => task.group?.replace(/^service:/, '') ?? '';

export function taskId(arn: string | undefined): string {
	return arn?.split('/').at(-1) ?? '';
}
