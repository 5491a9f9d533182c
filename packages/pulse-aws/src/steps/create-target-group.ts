import { toldAs } from '../adapters/told.ts';
import { frontOf } from '../deployments/container.ts';
import { targetGroupName } from '../deployments/target-group-name.ts';
import type { Step } from '../plan/step.ts';
import { ownerTags } from './owner-tags.ts';
import type { Perform } from './performers.ts';
import { made } from './run.ts';

/** Long enough for a request in flight; a visitor who is still there at the end of a drain has had an hour. */
const DEREGISTRATION_SECONDS = 30;
const STICKINESS_SECONDS = 86_400;

export function createTargetGroupStep(): Step {
	return {
		kind: 'create-target-group',
		id: 'create-target-group',
		title: 'Create the target group',
		section: 'Deployment',
	};
}

export const createTargetGroup: Perform<'create-target-group'> = async (_step, run) => {
	const { aws } = run.session;
	const { health, container } = made(run.request, 'the request');
	const Name = targetGroupName(run.id);
	const answer = await aws.elb.createTargetGroup({
		Name,
		Protocol: 'HTTP',
		Port: frontOf(container).port,
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
	const { desiredCount } = made(run.request, 'the request').task;
	const target = { targetGroupArn, serviceArn: null, desired: desiredCount, minHealthy: health.minHealthyTargets };
	return { text: Name, learnt: { target } };
};
