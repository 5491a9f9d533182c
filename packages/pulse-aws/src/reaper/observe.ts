import type { Deployment } from '../deployments/deployment.ts';
import { CREATED_TAG, timeOf } from '../deployments/tags.ts';
import type { Aws } from '../platform/aws.ts';
import type { Parameter } from '../platform/parameters.ts';
import { readParameters } from '../platform/parameters.ts';
import { readImages, readTaskDefinitions } from '../platform/revisions.ts';
import { readDeployments } from '../platform/services.ts';
import { readTags, readTargetGroups } from '../platform/target-groups.ts';
import { withWriter } from '../platform/task-words.ts';
import { readTasks } from '../platform/tasks.ts';
import { readTraffic } from '../platform/traffic.ts';
import type { ReaperFacts } from './facts.ts';
import { observeCanary } from './observe-canary.ts';

/** The services that the reaper needs. */
export type ReaperAws = Pick<Aws, 'ecs' | 'elb' | 'ssm' | 'ecr'>;

/** Where one deployment name lives. */
export interface Place {
	readonly name: string;
	readonly cluster: string;
	readonly listenerArn: string;
	readonly vpcId: string;
	/** Name of the image repository. */
	readonly repository: string;
}

/**
 * Reads everything in pages. Traffic is read before services: a service that a deploy creates in between has no rule
 * here yet, and a rule whose service comes late is judged by its age.
 */
export async function observe(aws: ReaperAws, place: Place, now: number): Promise<ReaperFacts> {
	const traffic = await readTraffic(aws, place.listenerArn);
	const targetGroups = await readTargetGroups(aws, place.vpcId, place.name);
	const said = await readParameters(aws, place.name);
	const [deployments, tasks, taskDefinitions, images] = await Promise.all([
		readDeployments(aws, place.cluster, place.name),
		readTasks(aws, place.cluster),
		readTaskDefinitions(aws, place.name),
		readImages(aws, place.repository),
	]);
	const parameters = await provenWords(aws, said, deployments, tasks);
	const living = new Set(deployments.map((deployment) => deployment.id));
	const suspects = traffic.rules.filter((rule) => rule.deploymentId !== null && !living.has(rule.deploymentId));
	const tags = await readTags(
		aws,
		suspects.map((rule) => rule.arn),
	);
	const ruleCreatedAt = new Map<string, number>();
	for (const [arn, values] of tags) {
		const createdAt = timeOf(values.get(CREATED_TAG));
		if (createdAt !== null) ruleCreatedAt.set(arn, createdAt);
	}
	const canary = await observeCanary(aws, place, said, now);
	return { deployments, traffic, tasks, targetGroups, ruleCreatedAt, parameters, canary, taskDefinitions, images };
}

/** Who wrote a word is asked where it would end a deployment: when all running tasks of one that drains say `draining`. */
async function provenWords(
	aws: ReaperAws,
	said: readonly Parameter[],
	deployments: readonly Deployment[],
	tasks: ReadonlyMap<string, readonly string[]>,
): Promise<Parameter[]> {
	const unanimous = deployments.filter((one) => {
		const running = tasks.get(one.id) ?? [];
		return one.state === 'draining' && running.length > 0 && running.every((task) => wordOf(said, one.id, task));
	});
	const ids = new Set(unanimous.map((one) => one.id));
	return Promise.all(
		said.map((one) => {
			const decides = ids.has(one.deploymentId) && (tasks.get(one.deploymentId) ?? []).includes(one.taskId ?? '');
			return decides ? withWriter(aws, one) : one;
		}),
	);
}

function wordOf(said: readonly Parameter[], id: string, task: string): boolean {
	return said.some((one) => one.deploymentId === id && one.taskId === task && one.value === 'draining');
}
