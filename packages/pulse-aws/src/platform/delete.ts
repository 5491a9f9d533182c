import type { Clock } from 'pulse-deploy-kit/clock';
import type { Aws } from './aws.ts';
import { isAwsError, orGone } from './error-names.ts';

/** Deletions, each safe to repeat: "already gone" is success. */

export async function deleteRule(aws: Pick<Aws, 'elb'>, arn: string): Promise<void> {
	await orGone(aws.elb.deleteRule({ RuleArn: arn }), 'RuleNotFoundException');
}

/** The load balancer forgets a deleted rule with delay, and refuses as long as it remembers. */
const IN_USE_PAUSES_MS = [500, 1000, 2000, 4000];

export async function deleteTargetGroup(
	aws: Pick<Aws, 'elb'>,
	arn: string,
	clock: Clock,
	signal: AbortSignal,
): Promise<void> {
	for (const pause of [...IN_USE_PAUSES_MS, null]) {
		try {
			await orGone(aws.elb.deleteTargetGroup({ TargetGroupArn: arn }), 'TargetGroupNotFoundException');
			return;
		} catch (error) {
			if (pause === null || !isAwsError(error, 'ResourceInUseException')) throw error;
			await clock.sleep(pause, signal);
		}
	}
}

const SERVICE_GONE = ['ServiceNotFoundException', 'ServiceNotActiveException', 'ClusterNotFoundException'];

export async function scaleToZero(aws: Pick<Aws, 'ecs'>, cluster: string, service: string): Promise<void> {
	await orGone(aws.ecs.updateService({ cluster, service, desiredCount: 0 }), ...SERVICE_GONE);
}

/** @param force ends tasks that still run */
export async function deleteService(
	aws: Pick<Aws, 'ecs'>,
	cluster: string,
	service: string,
	force: boolean,
): Promise<void> {
	await orGone(aws.ecs.deleteService({ cluster, service, force }), ...SERVICE_GONE);
}
