import type { RegisterTaskDefinitionCommandInput } from '@aws-sdk/client-ecs';
import type { TaskRequest } from '../config/task.ts';
import { taskFamily } from '../deployments/names.ts';
import type { BaselineOutputs } from '../platform/baseline-outputs.ts';
import {
	CONTAINER_NAME,
	CONTAINER_PORT,
	DEPLOYMENT_ID_VARIABLE,
	DEPLOYMENT_NAME_VARIABLE,
	DRAIN_GRACE_VARIABLE,
	DRAIN_POLL_VARIABLE,
} from '../protocol.ts';

export interface TaskDefinitionFacts {
	readonly name: string;
	readonly id: string;
	readonly imageUri: string;
	readonly region: string;
	readonly baseline: BaselineOutputs;
	readonly task: TaskRequest;
}

/** Fargate's longest: the app says goodbye to its sockets before it is killed. */
const STOP_SECONDS = 120;

/** Contract A5. Each variable appears once: what the tool sets cannot be set by the user, and the rest is the user's. */
export function taskDefinition(facts: TaskDefinitionFacts): RegisterTaskDefinitionCommandInput {
	const { name, id, task, baseline } = facts;
	const environment = {
		...task.env,
		[DEPLOYMENT_NAME_VARIABLE]: name,
		[DEPLOYMENT_ID_VARIABLE]: id,
		[DRAIN_POLL_VARIABLE]: String(task.drainPollSeconds),
		[DRAIN_GRACE_VARIABLE]: String(task.drainGraceSeconds),
	};
	return {
		family: taskFamily(name),
		networkMode: 'awsvpc',
		requiresCompatibilities: ['FARGATE'],
		cpu: task.cpu,
		memory: task.memory,
		runtimePlatform: {
			cpuArchitecture: task.architecture === 'arm64' ? 'ARM64' : 'X86_64',
			operatingSystemFamily: 'LINUX',
		},
		executionRoleArn: baseline.executionRoleArn,
		taskRoleArn: baseline.taskRoleArn,
		containerDefinitions: [
			{
				name: CONTAINER_NAME,
				image: facts.imageUri,
				essential: true,
				portMappings: [{ containerPort: CONTAINER_PORT, protocol: 'tcp' }],
				stopTimeout: STOP_SECONDS,
				environment: Object.entries(environment).map(([key, value]) => ({ name: key, value })),
				secrets: Object.entries(task.secrets).map(([key, valueFrom]) => ({ name: key, valueFrom })),
				logConfiguration: {
					logDriver: 'awslogs',
					options: {
						'awslogs-group': baseline.logGroupName,
						'awslogs-region': facts.region,
						'awslogs-stream-prefix': id,
					},
				},
			},
		],
		tags: [
			{ key: 'deployment-id', value: id },
			{ key: 'deployment-name', value: name },
		],
	};
}
