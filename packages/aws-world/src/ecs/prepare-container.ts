import type { ContainerDefinition } from '@aws-sdk/client-ecs';
import type { TaskProgram, TaskStart } from '../tasks/program.ts';
import type { EcsPorts } from './ports.ts';
import type { Task } from './state.ts';

/** Why a task never got as far as running; `message` is its stopped reason. */
export class StartFailure extends Error {}

export interface Container {
	readonly program: TaskProgram;
	readonly start: Omit<TaskStart, 'network'>;
}

/** What the Fargate agent does before it starts a container, and the words it fails with. */
export function prepareContainer(task: Task, definition: ContainerDefinition, ports: EcsPorts): Container {
	requireWayOut(task, ports);
	const env: Record<string, string> = { ...ports.taskEnvironment(task.id) };
	for (const { name, value } of definition.environment ?? []) env[name ?? ''] = value ?? '';
	for (const { name, valueFrom } of definition.secrets ?? []) {
		const value = ports.secret(valueFrom ?? '');
		if (value === undefined) {
			throw new StartFailure(
				`ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secret from ${valueFrom}`,
			);
		}
		env[name ?? ''] = value;
	}
	const onLine = openLogStream(task, definition, ports);
	const image = ports.registry.pull(definition.image!);
	if (!image) {
		throw new StartFailure(
			`CannotPullContainerError: pull image manifest has been retried: ${definition.image}: not found`,
		);
	}
	const architecture = task.definition.input.runtimePlatform?.cpuArchitecture ?? 'X86_64';
	if (!image.architectures.includes(architecture)) {
		const message = `exec /usr/local/bin/docker-entrypoint.sh: exec format error`;
		return { program: endsAtOnce(message, 255), start: { env, onLine } };
	}
	return { program: image.program, start: { env, onLine } };
}

function requireWayOut(task: Task, { subnets }: EcsPorts): void {
	const network = task.service.input.networkConfiguration?.awsvpcConfiguration;
	const blocked = (network?.subnets ?? []).some((id) => {
		const way = subnets.get(id);
		return way === 'none' || (way === 'internet' && network?.assignPublicIp !== 'ENABLED');
	});
	if (!blocked) return;
	throw new StartFailure(
		'ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry auth from Amazon ECR: There is a connection issue between the task and Amazon ECR. Check your task network configuration.',
	);
}

function openLogStream(task: Task, definition: ContainerDefinition, { logs, clock }: EcsPorts): (line: string) => void {
	const options = definition.logConfiguration?.options;
	if (definition.logConfiguration?.logDriver !== 'awslogs' || !options) return () => {};
	const group = logs.get(options['awslogs-group'] ?? '');
	if (!group) {
		throw new StartFailure(
			`ResourceInitializationError: failed to validate logger args: The specified log group does not exist. : exit status 1`,
		);
	}
	const events: Array<{ timestamp: number; message: string }> = [];
	group.set(`${options['awslogs-stream-prefix']}/${definition.name}/${task.id}`, events);
	return (message) => void events.push({ timestamp: clock.now(), message });
}

function endsAtOnce(line: string, code: number): TaskProgram {
	return {
		async start({ onLine }) {
			onLine(line);
			return { address: '127.0.0.1:1', ready: Promise.resolve(), exit: Promise.resolve(code), stop: () => {} };
		},
	};
}
