import { Fn, Validations } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';

/**
 * An ARN in the stack's own account and region. As one line, not as a list of its parts: a template that is sent without a bucket
 * may have 51,200 characters as the toolkit writes it (platform-facts/aws.md §4), and these took a tenth of them.
 */
export function arnOf(service: string, resource: string): string {
	return Fn.sub(`arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`);
}

/** cdk-nag wants every wildcard named by itself, written as it prints references. `*` is the resource of calls that take none. */
export function acknowledgeWildcards(role: Role, reason: string, resources: readonly string[]): void {
	for (const resource of resources) {
		const [service, ...rest] = resource.split(' ');
		const shown =
			rest.length === 0 ? resource : `arn:<AWS::Partition>:${service}:<AWS::Region>:<AWS::AccountId>:${rest.join(' ')}`;
		Validations.of(role).acknowledge({ id: `AwsSolutions-IAM5[Resource::${shown}]`, reason });
	}
}
