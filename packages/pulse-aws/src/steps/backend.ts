import { createHash } from 'node:crypto';
import { DeployToolError } from 'pulse-deploy-kit/errors';
import { toldAs } from '../adapters/told.ts';
import { CREATED_TAG, ID_TAG, NAME_TAG, STATE_TAG } from '../deployments/tags.ts';
import { targetGroupName } from '../deployments/target-group-name.ts';
import { taskDefinition } from '../plan/task-definition.ts';
import { isAwsError } from '../platform/error-names.ts';
import { readRules } from '../platform/traffic.ts';
import { CONTAINER_NAME, CONTAINER_PORT, stateParameter } from '../protocol.ts';
import { affinityCondition, freePriority, type Rule } from '../traffic/rule.ts';
import { made, type Run } from './run.ts';

export async function registerTaskDefinition(run: Run): Promise<string> {
	const { aws } = run.session;
	const answer = await aws.ecs.registerTaskDefinition(
		taskDefinition({
			name: run.name,
			id: run.id,
			imageUri: made(run.imageUri, 'the image'),
			region: aws.region,
			baseline: made(run.baseline, 'the baseline'),
			task: made(run.request, 'the request').task,
		}),
	);
	run.taskDefinitionArn = answer.taskDefinition?.taskDefinitionArn ?? '';
	return run.taskDefinitionArn;
}

/** Long enough for a request in flight; whoever is still there at the end of a drain has had an hour. */
const DEREGISTRATION_SECONDS = 30;
const STICKINESS_SECONDS = 86_400;

export async function createTargetGroup(run: Run): Promise<string> {
	const { aws } = run.session;
	const { health } = made(run.request, 'the request');
	const Name = targetGroupName(run.id);
	const answer = await aws.elb.createTargetGroup({
		Name,
		Protocol: 'HTTP',
		Port: CONTAINER_PORT,
		VpcId: made(run.baseline, 'the baseline').vpcId,
		TargetType: 'ip',
		HealthCheckProtocol: 'HTTP',
		HealthCheckPath: health.path,
		HealthCheckIntervalSeconds: health.intervalSeconds,
		HealthCheckTimeoutSeconds: health.timeoutSeconds,
		HealthyThresholdCount: health.healthyThreshold,
		UnhealthyThresholdCount: health.unhealthyThreshold,
		Tags: ownerTags(run),
	});
	const targetGroupArn = answer.TargetGroups?.[0]?.TargetGroupArn ?? '';
	const { desiredCount } = made(run.request, 'the request').task;
	run.target = { targetGroupArn, serviceArn: null, desired: desiredCount, minHealthy: health.minHealthyTargets };
	const attributes = aws.elb.modifyTargetGroupAttributes({
		TargetGroupArn: targetGroupArn,
		Attributes: [
			{ Key: 'stickiness.enabled', Value: 'true' },
			{ Key: 'stickiness.type', Value: 'lb_cookie' },
			{ Key: 'stickiness.lb_cookie.duration_seconds', Value: String(STICKINESS_SECONDS) },
			{ Key: 'deregistration_delay.timeout_seconds', Value: String(DEREGISTRATION_SECONDS) },
		],
	});
	await attributes.catch((cause: unknown) => {
		throw toldAs('target-group', 'Failed to configure target group stickiness', cause);
	});
	return Name;
}

/** Somebody else, e.g. a person in the console, may take the same number at the same moment. */
const RULE_TRIES = 5;

/** Before the service: ECS refuses a target group that no rule uses. */
export async function createRule(run: Run): Promise<string> {
	const { aws } = run.session;
	const { listenerArn } = made(run.baseline, 'the baseline');
	// Of a baseline that was just made, only the lowest priority is taken.
	let rules: readonly Rule[] = run.fleet?.traffic.rules ?? [];
	for (let attempt = 1; ; attempt++) {
		const priority = freePriority(rules);
		if (priority === null) {
			throw new DeployToolError('load-balancer-full', 'No rule priority is free.', {
				fault: 'user',
				next: 'Delete unused rules of the load balancer.',
			});
		}
		try {
			await aws.elb.createRule({
				ListenerArn: listenerArn,
				Priority: priority,
				Conditions: [affinityCondition(run.id)],
				Actions: [{ Type: 'forward', TargetGroupArn: made(run.target, 'the target group').targetGroupArn }],
				Tags: ownerTags(run),
			});
			return `priority ${priority}`;
		} catch (error) {
			if (!isAwsError(error, 'PriorityInUseException') || attempt === RULE_TRIES) throw error;
			rules = await readRules(aws, listenerArn);
			// The SDK repeats a call whose answer was lost, and then meets its own rule.
			const own = rules.find((rule) => rule.deploymentId === run.id);
			if (own !== undefined) return `priority ${own.priority}`;
		}
	}
}

export async function createService(run: Run): Promise<string> {
	const { aws } = run.session;
	const baseline = made(run.baseline, 'the baseline');
	const request = made(run.request, 'the request');
	const target = made(run.target, 'the target group');
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
		clientToken: createHash('sha256').update(run.id).digest('hex').slice(0, 36),
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
		loadBalancers: [
			{ targetGroupArn: target.targetGroupArn, containerName: CONTAINER_NAME, containerPort: CONTAINER_PORT },
		],
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
		],
	});
	const { service } = await creating.catch((cause: unknown) => {
		throw toldAs('service', 'Failed to create ECS service', cause);
	});
	run.target = { ...target, serviceArn: service?.serviceArn ?? '' };
	return `${request.task.desiredCount} task(s)`;
}

function ownerTags(run: Run) {
	return [
		{ Key: NAME_TAG, Value: run.name },
		{ Key: ID_TAG, Value: run.id },
		{ Key: CREATED_TAG, Value: String(Math.floor(run.session.clock.now() / 1000)) },
	];
}
