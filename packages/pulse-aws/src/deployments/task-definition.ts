import type { ContainerDefinition, RegisterTaskDefinitionCommandInput } from '@aws-sdk/client-ecs';
import type { TaskRequest } from '../config/task.ts';
import { taskFamily } from '../deployments/names.ts';
import type { BaselineOutputs } from '../platform/baseline-outputs.ts';
import {
	APP_ID_VARIABLE,
	CONTAINER_NAME,
	DEPLOYMENT_ID_VARIABLE,
	DEPLOYMENT_NAME_VARIABLE,
	DRAIN_GRACE_VARIABLE,
	DRAIN_POLL_VARIABLE,
	METRICS_VARIABLE,
	NEXT_ID_VARIABLE,
	SIDECAR_CONTAINER_NAME,
	SIDECAR_VARIABLES,
	TASK_SECRET_VARIABLE,
} from '../protocol.ts';
import { type ContainerRequest, frontOf } from './container.ts';

export interface TaskDefinitionFacts {
	readonly name: string;
	readonly id: string;
	readonly imageUri: string;
	readonly region: string;
	readonly baseline: BaselineOutputs;
	readonly task: TaskRequest;
	/** What the tasks of a Pulse app share. */
	readonly taskSecret: string;
	/** `null`: a Pulse app. */
	readonly container: ContainerRequest | null;
}

/** Fargate's longest: the app says goodbye to its sockets before it is killed. */
const STOP_SECONDS = 120;
/** What the sidecar is sure of; it takes more where the app leaves it, and nothing limits the app. */
const SIDECAR_MEMORY = 64;
const SIDECAR_CPU_PART = 1 / 8;

/** Contract A5. Each variable appears once: what the tool sets cannot be set by the user, and the rest is the user's. */
export function taskDefinition(facts: TaskDefinitionFacts): RegisterTaskDefinitionCommandInput {
	const { name, id, task, baseline, container } = facts;
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
		containerDefinitions: container === null ? [pulseApp(facts)] : [app(facts, container), sidecar(facts, container)],
		tags: [
			{ key: 'deployment-id', value: id },
			{ key: 'deployment-name', value: name },
		],
	};
}

function pulseApp(facts: TaskDefinitionFacts): ContainerDefinition {
	return {
		name: CONTAINER_NAME,
		image: facts.imageUri,
		...shared(frontOf(null).port),
		environment: variables({
			...facts.task.env,
			...ownVariables(facts),
			[TASK_SECRET_VARIABLE]: facts.taskSecret,
		}),
		secrets: secrets(facts),
		logConfiguration: logs(facts),
	};
}

/** The user's image, with nothing of ours but where to listen and which version it is. */
function app(facts: TaskDefinitionFacts, container: ContainerRequest): ContainerDefinition {
	const [program, ...words] = container.start ?? [];
	return {
		name: CONTAINER_NAME,
		image: facts.imageUri,
		...(program === undefined ? {} : { entryPoint: [program], command: words }),
		...shared(container.port),
		// Where one container has a share of the CPU, one without would get next to none of it.
		cpu: Number(facts.task.cpu) - sidecarCpu(facts),
		environment: variables({
			...facts.task.env,
			PORT: String(container.port),
			[APP_ID_VARIABLE]: facts.id,
			...(container.framework === 'Next.js' ? { [NEXT_ID_VARIABLE]: container.builtAs ?? facts.id } : {}),
		}),
		secrets: secrets(facts),
		logConfiguration: logs(facts),
	};
}

/** It gets none of the user's variables and secrets. */
function sidecar(facts: TaskDefinitionFacts, container: ContainerRequest): ContainerDefinition {
	const { port } = frontOf(container);
	return {
		name: SIDECAR_CONTAINER_NAME,
		image: container.sidecarImage,
		...shared(port),
		cpu: sidecarCpu(facts),
		memoryReservation: SIDECAR_MEMORY,
		// Containers end in the reverse order: requests in flight are answered while the app is still there.
		dependsOn: [{ containerName: CONTAINER_NAME, condition: 'START' }],
		environment: variables({
			...ownVariables(facts),
			[SIDECAR_VARIABLES.port]: String(port),
			[SIDECAR_VARIABLES.upstreamPort]: String(container.port),
			[SIDECAR_VARIABLES.healthPath]: container.healthPath,
			[SIDECAR_VARIABLES.healthHost]: container.healthHost,
			[SIDECAR_VARIABLES.affinity]: container.affinity,
			[SIDECAR_VARIABLES.hiddenTabSeconds]: String(container.hiddenTabSeconds),
		}),
		logConfiguration: logs(facts),
	};
}

/** Without one of them a task is of no use, so it ends, and the service starts another. */
function shared(containerPort: number): Partial<ContainerDefinition> {
	return { essential: true, portMappings: [{ containerPort, protocol: 'tcp' }], stopTimeout: STOP_SECONDS };
}

function ownVariables({ name, id, task }: TaskDefinitionFacts): Record<string, string> {
	return {
		[DEPLOYMENT_NAME_VARIABLE]: name,
		[DEPLOYMENT_ID_VARIABLE]: id,
		[DRAIN_POLL_VARIABLE]: String(task.drainPollSeconds),
		[DRAIN_GRACE_VARIABLE]: String(task.drainGraceSeconds),
		...(task.metrics === true ? { [METRICS_VARIABLE]: '1' } : {}),
	};
}

function variables(values: Readonly<Record<string, string>>) {
	return Object.entries(values).map(([name, value]) => ({ name, value }));
}

function secrets({ task }: TaskDefinitionFacts) {
	return Object.entries(task.secrets).map(([name, valueFrom]) => ({ name, valueFrom }));
}

function logs({ baseline, region, id }: TaskDefinitionFacts) {
	return {
		logDriver: 'awslogs' as const,
		options: {
			'awslogs-group': baseline.logGroupName,
			'awslogs-region': region,
			'awslogs-stream-prefix': id,
		},
	};
}

function sidecarCpu({ task }: TaskDefinitionFacts): number {
	return Math.round(Number(task.cpu) * SIDECAR_CPU_PART);
}
