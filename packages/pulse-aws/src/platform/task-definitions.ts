import type { TaskDefinition } from '@aws-sdk/client-ecs';
import { AskedOnce } from 'pulse-deploy-kit/asked-once';
import type { Aws } from './aws.ts';

/** Task definitions never change: each is asked for once for as long as this lives, by the reader that needs it first. */
export class TaskDefinitions {
	readonly #known = new Map<string, AskedOnce<TaskDefinition | undefined>>();

	describe(aws: Pick<Aws, 'ecs'>, taskDefinition: string): Promise<TaskDefinition | undefined> {
		const known = this.#known.get(taskDefinition) ?? new AskedOnce<TaskDefinition | undefined>();
		this.#known.set(taskDefinition, known);
		return known.read(async () => (await aws.ecs.describeTaskDefinition({ taskDefinition })).taskDefinition);
	}
}
