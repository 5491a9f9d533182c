import { type Stack, Validations } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';

/** An ARN in the stack's own account and region. */
export function arnOf(stack: Stack, service: string, resource: string): string {
	return `arn:${stack.partition}:${service}:${stack.region}:${stack.account}:${resource}`;
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
