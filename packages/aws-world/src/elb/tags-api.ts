import type { Tag } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Handlers } from '../calls/handlers.ts';
import { AwsError } from '../errors.ts';
import type { ElbState } from './state.ts';

export function tagsApi(state: ElbState): Pick<Handlers<'elb'>, 'describeTags'> {
	return {
		describeTags(input) {
			const arns = input.ResourceArns ?? [];
			if (arns.length < 1 || arns.length > 20) {
				throw new AwsError('ValidationError', 'The number of resource ARNs must be between 1 and 20');
			}
			return {
				TagDescriptions: arns.map((arn) => {
					requireTaggable(state, arn);
					const tags = [...(state.tags.get(arn) ?? [])];
					return { ResourceArn: arn, Tags: tags.map(([Key, Value]) => ({ Key, Value })) };
				}),
			};
		},
	};
}

function requireTaggable(state: ElbState, arn: string): void {
	if (arn.includes(':targetgroup/')) state.targetGroup(arn);
	else if (arn.includes(':listener-rule/')) state.rule(arn);
	else if (arn.includes(':listener/')) state.listener(arn);
	else state.loadBalancer(arn);
}

export function putTags(state: ElbState, arn: string, tags: readonly Tag[] | undefined): void {
	const entries = (tags ?? []).map(({ Key, Value }): [string, string] => [Key ?? '', Value ?? '']);
	if (new Set(entries.map(([key]) => key)).size < entries.length) {
		throw new AwsError('DuplicateTagKeysException', 'A tag key was specified more than once');
	}
	if (entries.length > 50) throw new AwsError('TooManyTagsException', 'At most 50 tags a resource');
	state.tags.set(arn, new Map(entries));
}
