import type { Attachment, Task as View } from '@aws-sdk/client-ecs';
import type { Handlers } from '../calls/handlers.ts';
import { AwsError } from '../errors.ts';
import { pageOf, pageSize } from '../paging.ts';
import type { EcsPorts } from './ports.ts';
import type { Task } from './state.ts';

/** "At least an hour" (docs/platform-facts/aws.md §2). */
const STOPPED_SHOWN_MS = 3_600_000;

export function tasksApi({ state, clock }: EcsPorts): Pick<Handlers<'ecs'>, 'listTasks' | 'describeTasks'> {
	const shown = (task: Task) => task.stoppedAt === undefined || clock.now() < task.stoppedAt + STOPPED_SHOWN_MS;
	return {
		listTasks(input) {
			const clusterArn = state.clusterArn(input.cluster);
			const service = input.serviceName ? state.findService(clusterArn, input.serviceName) : undefined;
			if (input.serviceName && !service) throw new AwsError('ServiceNotFoundException', 'Service not found.');
			const desired = input.desiredStatus ?? 'RUNNING';
			const found = state.tasks
				.filter((task) => task.service.clusterArn === clusterArn && shown(task))
				.filter((task) => task.desired === desired)
				.filter((task) => input.serviceName === undefined || task.service === service)
				.filter((task) => input.family === undefined || task.definition.family === input.family)
				.map((task) => task.arn)
				.sort();
			const { items, next } = pageOf(found, pageSize(input.maxResults, 100, 100), input.nextToken);
			return { taskArns: items, ...(next === undefined ? {} : { nextToken: next }) };
		},

		describeTasks(input) {
			const clusterArn = state.clusterArn(input.cluster);
			const wanted = input.tasks ?? [];
			if (wanted.length < 1 || wanted.length > 100) {
				throw new AwsError('InvalidParameterException', 'Between 1 and 100 tasks can be described at a time.');
			}
			const find = (given: string) =>
				state.tasks.find(
					(task) => task.service.clusterArn === clusterArn && shown(task) && (task.arn === given || task.id === given),
				);
			return {
				tasks: wanted.flatMap((given) => find(given) ?? []).map(viewOf),
				failures: wanted.filter((given) => !find(given)).map((arn) => ({ arn, reason: 'MISSING' })),
			};
		},
	};
}

function viewOf(task: Task): View {
	const time = (name: string, ms: number | undefined) => (ms === undefined ? {} : { [name]: new Date(ms) });
	return {
		taskArn: task.arn,
		clusterArn: task.service.clusterArn,
		taskDefinitionArn: task.definition.arn,
		group: `service:${task.service.name}`,
		startedBy: task.service.deploymentId,
		launchType: 'FARGATE',
		lastStatus: task.status,
		desiredStatus: task.desired,
		createdAt: new Date(task.createdAt),
		...time('startedAt', task.startedAt),
		...time('stoppingAt', task.stoppingAt),
		...time('stoppedAt', task.stoppedAt),
		...(task.stopCode ? { stopCode: task.stopCode } : {}),
		...(task.stoppedReason ? { stoppedReason: task.stoppedReason } : {}),
		attachments: [networkOf(task)],
		containers: task.definition.input.containerDefinitions!.map(({ name, image }) => {
			const started = task.containers.find(({ definition }) => definition.name === name);
			return {
				name,
				image,
				lastStatus: started ? (task.status === 'STOPPED' ? 'STOPPED' : 'RUNNING') : 'PENDING',
				...(started?.exitCode === undefined ? {} : { exitCode: started.exitCode }),
				networkInterfaces: hasAddress(task)
					? [{ attachmentId: `eni-attachment-${task.id}`, privateIpv4Address: task.ip }]
					: [],
			};
		}),
	};
}

/** A task gets its network before its containers start, and keeps what it was called once it has stopped. */
const hasAddress = (task: Task) => task.status !== 'PROVISIONING';

function networkOf(task: Task): Attachment {
	const [subnet = ''] = task.service.input.networkConfiguration?.awsvpcConfiguration?.subnets ?? [];
	const details = { subnetId: subnet, networkInterfaceId: `eni-${task.id.slice(0, 17)}`, privateIPv4Address: task.ip };
	return {
		id: `eni-attachment-${task.id}`,
		type: 'ElasticNetworkInterface',
		status: !hasAddress(task) ? 'PRECREATED' : task.status === 'STOPPED' ? 'DELETED' : 'ATTACHED',
		details: hasAddress(task) ? Object.entries(details).map(([name, value]) => ({ name, value })) : [],
	};
}
