import { type Departure, departureText } from 'pulse-deploy-kit/departure';
import { type Preview, previewText } from 'pulse-deploy-kit/preview';
import { DEPARTURE_TAG, NEVER_ACTIVE_TAG, PREVIEW_TAG, RETIRING_TAG, stateTags } from '../deployments/tags.ts';
import { type AwsDeploymentState, departureParameter, stateParameter } from '../protocol.ts';
import type { Aws } from './aws.ts';
import { deleteParameters } from './parameters.ts';

/**
 * Writes a deployment's state where its tasks read it (Parameter Store) and where tools read it (service tags). The tag
 * comes last: a tool that finds it may rely on the parameter.
 * @param drainStartedAt Unix ms; `null` unless draining
 * @param isNew nothing was ever said of its last visitors
 */
export async function writeState(
	aws: Pick<Aws, 'ecs' | 'ssm'>,
	deployment: { name: string; id: string; serviceArn: string },
	state: AwsDeploymentState,
	drainStartedAt: number | null,
	isNew = false,
): Promise<void> {
	const { name, id, serviceArn } = deployment;
	const written = aws.ssm.putParameter({
		Name: stateParameter(name, id),
		Value: state,
		Type: 'String',
		Overwrite: true,
	});
	const tags = stateTags(state, drainStartedAt);
	if (state === 'canary') tags.push({ key: NEVER_ACTIVE_TAG, value: 'true' });
	if (state === 'active' && !isNew) {
		// Whatever was said of its last visitors is over: once it drains again, that moves no page.
		tags.push({ key: DEPARTURE_TAG, value: '' }, { key: NEVER_ACTIVE_TAG, value: '' });
		await Promise.all([written, deleteParameters(aws, [departureParameter(name, id)])]);
	} else await written;
	await aws.ecs.tagResource({ resourceArn: serviceArn, tags });
}

/** Of one whose tasks know already that it drains. @param since Unix ms */
export async function restartDrain(aws: Pick<Aws, 'ecs'>, serviceArn: string, since: number): Promise<void> {
	await aws.ecs.tagResource({ resourceArn: serviceArn, tags: stateTags('draining', since) });
}

/**
 * Says when the pages that are left on it are moved: where its tasks read it, then where tools do.
 * @param departure `undefined`: they stay
 */
export async function writeDeparture(
	aws: Pick<Aws, 'ecs' | 'ssm'>,
	deployment: { name: string; id: string; serviceArn: string },
	departure: Departure | undefined,
): Promise<void> {
	const Name = departureParameter(deployment.name, deployment.id);
	const value = departure === undefined ? '' : departureText(departure);
	if (departure === undefined) await deleteParameters(aws, [Name]);
	else await aws.ssm.putParameter({ Name, Value: value, Type: 'String', Overwrite: true });
	await aws.ecs.tagResource({ resourceArn: deployment.serviceArn, tags: [{ key: DEPARTURE_TAG, value }] });
}

/** Makes one of a deployment that answers: where its tasks read it, then where tools do. Again is the same. */
export async function writePreview(
	aws: Pick<Aws, 'ecs' | 'ssm'>,
	{ name, id, serviceArn }: { name: string; id: string; serviceArn: string },
	preview: Preview,
): Promise<void> {
	const state = 'preview' satisfies AwsDeploymentState;
	await aws.ssm.putParameter({ Name: stateParameter(name, id), Value: state, Type: 'String', Overwrite: true });
	const tags = [...stateTags(state, null), { key: PREVIEW_TAG, value: previewText(preview) }];
	await aws.ecs.tagResource({ resourceArn: serviceArn, tags });
}

/** Its time is another one. */
export async function writePreviewTime(aws: Pick<Aws, 'ecs'>, serviceArn: string, preview: Preview): Promise<void> {
	const tags = [{ key: PREVIEW_TAG, value: previewText(preview) }];
	await aws.ecs.tagResource({ resourceArn: serviceArn, tags });
}

/** @param since Unix ms; `null` takes the mark back */
export async function markRetiring(aws: Pick<Aws, 'ecs'>, serviceArn: string, since: number | null): Promise<void> {
	const value = since === null ? '' : String(Math.floor(since / 1000));
	await aws.ecs.tagResource({ resourceArn: serviceArn, tags: [{ key: RETIRING_TAG, value }] });
}
