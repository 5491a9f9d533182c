import { mapLimited } from 'pulse-deploy-kit/map-limited';
import { versionOf } from '../deployments/version.ts';
import { isAwsError, NOT_ALLOWED } from '../platform/error-names.ts';
import { readHistory } from '../platform/read-history.ts';
import type { PastVersions, ReaperFacts, ReaperPolicy } from './facts.ts';
import type { Place, ReaperAws } from './observe.ts';
import { surplusImages, surplusTaskDefinitions } from './surplus.ts';

/** ECS throttles a caller that asks for all at once. */
const AT_ONCE = 4;

/**
 * Which versions were previews, asked only where something would go: it takes a call for each revision, and some for the
 * history. Where it cannot be known now, nothing goes (`null`); where the reaper has no right to know, previews count as others.
 */
export async function withPast(
	aws: ReaperAws,
	{ name }: Pick<Place, 'name'>,
	facts: ReaperFacts,
	{ policy, now }: { readonly policy: ReaperPolicy; readonly now: number },
): Promise<ReaperFacts> {
	const wouldGo = surplusImages(facts, policy, now).length + surplusTaskDefinitions(facts, policy, now).length;
	return wouldGo === 0 ? facts : { ...facts, past: await readPast(aws, name, facts) };
}

async function readPast(aws: ReaperAws, name: string, facts: ReaperFacts): Promise<PastVersions | null> {
	const running = new Set(facts.deployments.map((one) => one.taskDefinitionArn));
	const unused = facts.taskDefinitions.filter((arn) => !running.has(arn));
	try {
		const history = await readHistory(aws, name);
		const previews = new Set(history.filter(({ event }) => event === 'preview').map(({ id }) => id));
		const ids = await mapLimited(AT_ONCE, unused, async (arn) => {
			const { taskDefinition } = await aws.ecs.describeTaskDefinition({ taskDefinition: arn });
			const id = taskDefinition === undefined ? undefined : versionOf(taskDefinition)?.id;
			return id === undefined ? [] : ([[arn, id]] as const);
		});
		return { previews, idOf: new Map(ids.flat()) };
	} catch (error) {
		return isAwsError(error, ...NOT_ALLOWED) ? { previews: new Set(), idOf: new Map() } : null;
	}
}
