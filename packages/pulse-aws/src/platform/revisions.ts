import { taskFamily } from '../deployments/names.ts';
import type { Aws } from './aws.ts';
import { orGone } from './error-names.ts';
import { everyPage, inBatches, optional } from './pages.ts';

export interface Image {
	/** The deployment id it was pushed for. */
	readonly tag: string;
	readonly pushedAt: number;
}

/** Task definitions of this deployment name, newest first. */
export function readTaskDefinitions(
	aws: Pick<Aws, 'ecs'>,
	name: string,
	status: 'ACTIVE' | 'INACTIVE' = 'ACTIVE',
): Promise<string[]> {
	const family = taskFamily(name);
	return everyPage(
		(token) =>
			aws.ecs.listTaskDefinitions({
				familyPrefix: family,
				status,
				sort: 'DESC',
				maxResults: 100,
				...optional('nextToken', token),
			}),
		(page) => page.nextToken,
		// The prefix also matches `<family>-of-another-app`.
		(page) => page.taskDefinitionArns?.filter((arn) => arn.split('/').at(-1)?.replace(/:\d+$/, '') === family),
	);
}

/** What the tasks of a revision run on; also of one that was deregistered. */
export async function readArchitecture(aws: Pick<Aws, 'ecs'>, taskDefinition: string): Promise<'x86_64' | 'arm64'> {
	const answer = await aws.ecs.describeTaskDefinition({ taskDefinition });
	// AWS's default where it says nothing.
	return answer.taskDefinition?.runtimePlatform?.cpuArchitecture === 'ARM64' ? 'arm64' : 'x86_64';
}

/** Every revision goes, also those that were deregistered: they show the tasks' plain variables to each user who may describe them. */
export async function deleteTaskDefinitions(aws: Pick<Aws, 'ecs'>, name: string): Promise<void> {
	for (const taskDefinition of await readTaskDefinitions(aws, name)) {
		await orGone(aws.ecs.deregisterTaskDefinition({ taskDefinition }), 'ClientException');
	}
	const inactive = await readTaskDefinitions(aws, name, 'INACTIVE');
	await inBatches(inactive, 10, async (taskDefinitions) => {
		await orGone(aws.ecs.deleteTaskDefinitions({ taskDefinitions }), 'ClientException');
		return [];
	});
}

/** Tagged images; a repository that does not exist has none. */
export async function readImages(aws: Pick<Aws, 'ecr'>, repositoryName: string): Promise<Image[]> {
	const found = await orGone(
		everyPage(
			(token) =>
				aws.ecr.describeImages({
					repositoryName,
					filter: { tagStatus: 'TAGGED' },
					maxResults: 1000,
					...optional('nextToken', token),
				}),
			(page) => page.nextToken,
			(page) => page.imageDetails,
		),
		'RepositoryNotFoundException',
	);
	return (found ?? []).flatMap((image) =>
		(image.imageTags ?? []).map((tag) => ({ tag, pushedAt: image.imagePushedAt?.getTime() ?? 0 })),
	);
}
