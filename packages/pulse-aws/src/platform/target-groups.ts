import { CREATED_TAG, ID_TAG, NAME_TAG, timeOf } from '../deployments/tags.ts';
import type { Aws } from './aws.ts';
import { everyPage, inBatches, optional } from './pages.ts';

export interface TargetGroup {
	readonly arn: string;
	readonly deploymentId: string;
	readonly createdAt: number | null;
}

/** Target groups of this deployment name. */
export async function readTargetGroups(aws: Pick<Aws, 'elb'>, vpcId: string, name: string): Promise<TargetGroup[]> {
	return describeTargetGroups(aws, await listTargetGroups(aws, vpcId), name);
}

/** ARNs in this VPC: a baseline has one of its own, so others' groups are told apart without their tags. */
export async function listTargetGroups(aws: Pick<Aws, 'elb'>, vpcId: string): Promise<string[]> {
	const all = await everyPage(
		(token) => aws.elb.describeTargetGroups({ PageSize: 400, ...optional('Marker', token) }),
		(page) => page.NextMarker,
		(page) => page.TargetGroups,
	);
	return all.filter((group) => group.VpcId === vpcId).map((group) => group.TargetGroupArn ?? '');
}

/** Whose they are, by their tags; those of another name are left out. */
export async function describeTargetGroups(
	aws: Pick<Aws, 'elb'>,
	arns: readonly string[],
	name: string,
): Promise<TargetGroup[]> {
	const tags = await readTags(aws, arns);
	return arns
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
