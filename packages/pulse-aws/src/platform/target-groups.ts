import { CREATED_TAG, ID_TAG, NAME_TAG, timeOf } from '../deployments/tags.ts';
import type { TargetGroup } from '../reaper/facts.ts';
import type { Aws } from './aws.ts';
import { everyPage, inBatches, optional } from './pages.ts';

/** Target groups of this deployment name. Its baseline has a VPC of its own, so others' are told apart without their tags. */
export async function readTargetGroups(aws: Pick<Aws, 'elb'>, vpcId: string, name: string): Promise<TargetGroup[]> {
	const all = await everyPage(
		(token) => aws.elb.describeTargetGroups({ PageSize: 400, ...optional('Marker', token) }),
		(page) => page.NextMarker,
		(page) => page.TargetGroups,
	);
	const ours = all.filter((group) => group.VpcId === vpcId).map((group) => group.TargetGroupArn ?? '');
	const tags = await readTags(aws, ours);
	return ours
		.filter((arn) => tags.get(arn)?.get(NAME_TAG) === name)
		.map((arn) => ({
			arn,
			deploymentId: tags.get(arn)?.get(ID_TAG) ?? '',
			createdAt: timeOf(tags.get(arn)?.get(CREATED_TAG)),
		}));
}

/** Tags of load balancer resources, at most 20 a call. */
export async function readTags(
	aws: Pick<Aws, 'elb'>,
	arns: readonly string[],
): Promise<Map<string, ReadonlyMap<string, string>>> {
	const found = await inBatches(
		arns,
		20,
		async (ResourceArns) => (await aws.elb.describeTags({ ResourceArns })).TagDescriptions,
	);
	return new Map(
		found.map((one) => [one.ResourceArn ?? '', new Map(one.Tags?.map((tag) => [tag.Key ?? '', tag.Value ?? '']))]),
	);
}
