import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { Session } from '../adapters/session.ts';
import type { BaselineOutputs } from '../platform/baseline-outputs.ts';
import { isAwsError } from '../platform/error-names.ts';

/** The stack makes a repository of this name; one that is there already fails the creation after minutes. */
export async function refuseTakenRepository({ aws }: Session, name: string): Promise<void> {
	try {
		const { repositories } = await aws.ecr.describeRepositories({ repositoryNames: [name] });
		if ((repositories ?? []).length === 0) return;
	} catch (error) {
		if (isAwsError(error, 'RepositoryNotFoundException')) return;
		throw error;
	}
	throw new DeployToolError('repository-taken', `The image repository '${name}' exists, but no baseline stack.`, {
		fault: 'user',
		detail: 'An older tool left it behind, or it belongs to something else.',
		next: `Choose another --deployment-name, or delete it: aws ecr delete-repository --repository-name ${name} --force --region ${aws.region}`,
	});
}

/** A stack without our outputs was made by the Python tool; updating it would replace a load balancer that serves. */
export function refuseForeignBaseline(name: string, outputs: BaselineOutputs): void {
	if (outputs.verificationSalt !== null) return;
	throw new DeployToolError('foreign-baseline', `The baseline of '${name}' was made by another tool.`, {
		fault: 'user',
		detail: 'Its load balancer cannot be taken over while it serves.',
		next: 'Deploy under another --deployment-name, move the domain over, then delete the old one with its own tool.',
	});
}
