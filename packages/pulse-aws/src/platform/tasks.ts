import type { Aws } from './aws.ts';
import { orGone } from './error-names.ts';
import { everyPage, inBatches, optional } from './pages.ts';

/** Ids of the tasks that are meant to run, by service name: the whole cluster's in pages, not one list a service. */
export async function readTasks(aws: Pick<Aws, 'ecs'>, cluster: string): Promise<Map<string, string[]>> {
	const arns = await orGone(
		everyPage(
			(token) =>
				aws.ecs.listTasks({ cluster, desiredStatus: 'RUNNING', maxResults: 100, ...optional('nextToken', token) }),
			(page) => page.nextToken,
			(page) => page.taskArns,
		),
		'ClusterNotFoundException',
	);
	const tasks = await inBatches(
		arns ?? [],
		100,
		async (batch) => (await aws.ecs.describeTasks({ cluster, tasks: batch })).tasks,
	);
	const byService = new Map<string, string[]>();
	for (const task of tasks) {
		const service = task.group?.replace(/^service:/, '') ?? '';
		byService.set(service, [...(byService.get(service) ?? []), taskId(task.taskArn)]);
	}
	return byService;
}

export function taskId(arn: string | undefined): string {
	return arn?.split('/').at(-1) ?? '';
}
