import { toldAs } from '../adapters/told.ts';
import { frontOf } from '../deployments/container.ts';
import { sha256 } from '../deployments/digest.ts';
import { containerTags, ID_TAG, MADE_OF_TAG, NAME_TAG, STATE_TAG } from '../deployments/tags.ts';
import type { Step } from '../plan/step.ts';
import { stateParameter } from '../protocol.ts';
import type { Perform } from './performers.ts';
import { made } from './run.ts';

export function createServiceStep(id: string): Step {
	return { kind: 'create-service', id: 'create-service', title: `Start the service ${id}`, section: 'Deployment' };
}

export const createService: Perform<'create-service'> = async (_step, run) => {
	const { aws } = run.session;
	const baseline = made(run.baseline, 'the baseline');
	const request = made(run.request, 'the request');
	const target = made(run.target, 'the target group');
	const front = frontOf(request.container);
	// Before its tasks start to ask for it.
	await aws.ssm.putParameter({
		Name: stateParameter(run.name, run.id),
		Value: 'deploying',
		Type: 'String',
		Overwrite: true,
	});
	const creating = aws.ecs.createService({
		cluster: baseline.clusterName,
		serviceName: run.id,
		// The SDK repeats a call whose answer was lost; without it the second one is refused.
		clientToken: sha256(run.id).slice(0, 36),
		taskDefinition: made(run.taskDefinitionArn, 'the task definition'),
		desiredCount: request.task.desiredCount,
		launchType: 'FARGATE',
		networkConfiguration: {
			awsvpcConfiguration: {
				subnets: [...baseline.taskSubnets],
				securityGroups: [baseline.serviceSecurityGroupId],
				assignPublicIp: baseline.assignPublicIp,
			},
		},
		loadBalancers: [{ targetGroupArn: target.targetGroupArn, containerName: front.name, containerPort: front.port }],
		healthCheckGracePeriodSeconds: request.health.taskGracePeriodSeconds,
		// No rollback: there is no earlier version of this service to go back to.
		deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: false } },
		// Moving a task to another zone would end the sessions it holds.
		availabilityZoneRebalancing: 'DISABLED',
		propagateTags: 'SERVICE',
		tags: [
			{ key: NAME_TAG, value: run.name },
			{ key: ID_TAG, value: run.id },
			{ key: STATE_TAG, value: 'deploying' },
			...containerTags(request.container),
			...(request.madeOf === undefined ? [] : [{ key: MADE_OF_TAG, value: request.madeOf }]),
		],
	});
	const { service } = await creating.catch((cause: unknown) => {
		throw toldAs('service', 'Failed to create ECS service', cause);
	});
	const text = `${request.task.desiredCount} task(s)`;
	return { text, learnt: { target: { ...target, serviceArn: service?.serviceArn ?? '' } } };
};
