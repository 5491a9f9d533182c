import type { TaskDefinition as View } from '@aws-sdk/client-ecs';
import type { Arns } from '../arn.ts';
import type { Handlers } from '../calls/handlers.ts';
import type { WorldClock } from '../clock/world-clock.ts';
import { AwsError, notEmulated, required } from '../errors.ts';
import { pageOf, pageSize } from '../paging.ts';
import { checkContainers } from './check-containers.ts';
import { isFargateSize } from './fargate-sizes.ts';
import type { EcsState, TaskDefinition } from './state.ts';

type TaskDefinitionsApi = Pick<
	Handlers<'ecs'>,
	| 'registerTaskDefinition'
	| 'describeTaskDefinition'
	| 'listTaskDefinitions'
	| 'deregisterTaskDefinition'
	| 'deleteTaskDefinitions'
>;

const refused = (message: string) => new AwsError('ClientException', message);

export function taskDefinitionsApi(state: EcsState, arns: Arns, clock: WorldClock): TaskDefinitionsApi {
	return {
		registerTaskDefinition(input) {
			const family = required(input.family, 'Family', 'ClientException');
			if (!/^[A-Za-z0-9_-]{1,255}$/.test(family)) throw refused('Family is not valid.');
			const containers = required(input.containerDefinitions, 'Container definitions', 'ClientException');
			if (input.networkMode !== 'awsvpc' || !input.requiresCompatibilities?.includes('FARGATE')) {
				notEmulated('task definitions other than Fargate with awsvpc');
			}
			if (!isFargateSize(input.cpu, input.memory)) {
				throw refused('No Fargate configuration exists for given values.');
			}
			checkContainers(containers, input);
			const needsRole = containers.some(
				(one) => one.logConfiguration?.logDriver === 'awslogs' || (one.secrets?.length ?? 0) > 0,
			);
			if (needsRole && !input.executionRoleArn) {
				throw refused('Fargate requires task definition to have execution role ARN to support log driver awslogs.');
			}
			const others = [...state.definitions.values()].filter((other) => other.family === family);
			const revision = Math.max(0, ...others.map((other) => other.revision)) + 1;
			const definition: TaskDefinition = {
				arn: arns.of('ecs', `task-definition/${family}:${revision}`),
				family,
				revision,
				input,
				registeredAt: clock.now(),
				status: 'ACTIVE',
				deregisteredAt: undefined,
			};
			state.definitions.set(definition.arn, definition);
			state.putTags(definition.arn, input.tags);
			return { taskDefinition: viewOf(definition), tags: state.tagsOf(definition.arn) };
		},

		/** Also inactive ones. */
		describeTaskDefinition(input) {
			const definition = state.definition(required(input.taskDefinition, 'Task definition', 'ClientException'));
			return { taskDefinition: viewOf(definition) };
		},

		listTaskDefinitions(input) {
			const status = input.status ?? 'ACTIVE';
			const found = [...state.definitions.values()]
				.filter((definition) => definition.status === status)
				.filter((definition) => input.familyPrefix === undefined || definition.family === input.familyPrefix)
				.sort((a, b) => (a.family === b.family ? a.revision - b.revision : a.family < b.family ? -1 : 1))
				.map((definition) => definition.arn);
			if (input.sort === 'DESC') found.reverse();
			const { items, next } = pageOf(found, pageSize(input.maxResults, 100, 100), input.nextToken);
			return { taskDefinitionArns: items, ...(next === undefined ? {} : { nextToken: next }) };
		},

		/** Tasks and services that use it go on; nothing new can start from it. */
		deregisterTaskDefinition(input) {
			const definition = state.definition(required(input.taskDefinition, 'Task definition', 'ClientException'));
			if (definition.status === 'INACTIVE') throw refused('The specified task definition is inactive.');
			definition.status = 'INACTIVE';
			definition.deregisteredAt = clock.now();
			return { taskDefinition: viewOf(definition) };
		},

		/** Inactive ones only; those that tasks still use go once these have ended. */
		deleteTaskDefinitions(input) {
			const names = input.taskDefinitions ?? [];
			if (names.length < 1 || names.length > 10)
				throw refused('Between 1 and 10 task definitions can be deleted at a time.');
			const found = names.map((name) => state.definition(name));
			if (found.some((one) => one.status === 'ACTIVE')) throw refused('The specified task definition is active.');
			for (const { arn } of found) state.definitions.delete(arn);
			return { taskDefinitions: found.map(viewOf), failures: [] };
		},
	};
}

function viewOf(definition: TaskDefinition): View {
	const { tags: _tags, ...input } = definition.input;
	return {
		...input,
		taskDefinitionArn: definition.arn,
		revision: definition.revision,
		status: definition.status,
		registeredAt: new Date(definition.registeredAt),
		...(definition.deregisteredAt === undefined ? {} : { deregisteredAt: new Date(definition.deregisteredAt) }),
	};
}
