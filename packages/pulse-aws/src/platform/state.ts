import { stateTags } from '../deployments/tags.ts';
import { type AwsDeploymentState, stateParameter } from '../protocol.ts';
import type { Aws } from './aws.ts';

/**
 * Writes a deployment's state where its tasks read it (Parameter Store) and where tools read it (service tags). The tag
 * comes last: whoever finds it may rely on the parameter.
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
