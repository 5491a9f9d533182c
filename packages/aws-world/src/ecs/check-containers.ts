import type { ContainerDefinition, RegisterTaskDefinitionCommandInput } from '@aws-sdk/client-ecs';
import { AwsError } from '../errors.ts';

const MOST_CONTAINERS = 10;
const refused = (message: string) => new AwsError('ClientException', message);

/** What RegisterTaskDefinition says of the containers of a Fargate task, which share its size and its ports. */
export function checkContainers(
	containers: readonly ContainerDefinition[],
	task: Pick<RegisterTaskDefinitionCommandInput, 'cpu' | 'memory'>,
): void {
	if (containers.length < 1 || containers.length > MOST_CONTAINERS)
		throw refused('A task definition has between 1 and 10 containers.');
	const names = containers.map(({ name }) => name);
	for (const one of containers) {
		if (!one.name || !one.image) throw refused('Container.image should not be null or empty.');
		if ((one.stopTimeout ?? 30) > 120) throw refused('Invalid stopTimeout: at most 120 on Fargate.');
		for (const { containerName } of one.dependsOn ?? []) {
			if (containerName === one.name || !names.includes(containerName))
				throw refused(`Container ${one.name} depends on ${containerName}, which is not in the task definition.`);
		}
	}
	if (new Set(names).size < names.length) throw refused('Container names must be unique.');
	if (containers.every(({ essential }) => essential === false))
		throw refused('At least one container must be essential.');
	const ports = containers.flatMap(({ portMappings }) => portMappings?.map(({ containerPort }) => containerPort) ?? []);
	if (new Set(ports).size < ports.length) throw refused('Containers of a task cannot use one port twice.');
	const sum = (of: (one: ContainerDefinition) => number | undefined) =>
		containers.reduce((total, one) => total + (of(one) ?? 0), 0);
	if (sum(({ cpu }) => cpu) > Number(task.cpu)) throw refused("The containers' CPU exceeds that of the task.");
	if (sum((one) => one.memoryReservation ?? one.memory) > Number(task.memory))
		throw refused("The containers' memory exceeds that of the task.");
}
