import { taskFamily } from '../deployments/names.ts';
import type { Image } from '../reaper/facts.ts';
import type { Aws } from './aws.ts';
import { orGone } from './error-names.ts';
import { everyPage, optional } from './pages.ts';

/** Task definitions of this deployment name, newest first. */
export function readTaskDefinitions(aws: Pick<Aws, 'ecs'>, name: string): Promise<string[]> {
	const family = taskFamily(name);
	return everyPage(
		(token) =>
			aws.ecs.listTaskDefinitions({
				familyPrefix: family,
				status: 'ACTIVE',
				sort: 'DESC',
				maxResults: 100,
				...optional('nextToken', token),
			}),
		(page) => page.nextToken,
		// The prefix also matches `<family>-of-somebody-else`.
		(page) => page.taskDefinitionArns?.filter((arn) => arn.split('/').at(-1)?.replace(/:\d+$/, '') === family),
	);
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
