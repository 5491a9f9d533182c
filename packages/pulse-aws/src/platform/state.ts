import { RETIRING_TAG, stateTags } from '../deployments/tags.ts';
import { type AwsDeploymentState, stateParameter } from '../protocol.ts';
import type { Aws } from './aws.ts';

/**
 * Writes a deployment's state where its tasks read it (Parameter Store) and where tools read it (service tags). The tag
 * comes last: a tool that finds it may rely on the parameter.
 * @param drainStartedAt Unix ms; `null` unless draining
 */
export async function writeState(
	aws: Pick<Aws, 'ecs' | 'ssm'>,
	deployment: { name: string; id: string; serviceArn: string },
	state: AwsDeploymentState,
	drainStartedAt: number | null,
): Promise<void> {
	await aws.ssm.putParameter({
		Name: stateParameter(deployment.name, deployment.id),
		Value: state,
		Type: 'String',
		Overwrite: true,
	});
	await aws.ecs.tagResource({ resourceArn: deployment.serviceArn, tags: stateTags(state, drainStartedAt) });
}

/** @param since Unix ms; `null` takes the mark back */
export async function markRetiring(aws: Pick<Aws, 'ecs'>, serviceArn: string, since: number | null): Promise<void> {
	const value = since === null ? '' : String(Math.floor(since / 1000));
	await aws.ecs.tagResource({ resourceArn: serviceArn, tags: [{ key: RETIRING_TAG, value }] });
}
