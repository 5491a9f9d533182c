import type { DeployRequest, HealthRequest } from '../config/deploy.ts';
import { minimum } from '../config/deploy.ts';
import type { Version } from '../deployments/version.ts';
import type { Fleet } from '../plan/observation.ts';
import type { Aws } from '../platform/aws.ts';
import type { BaselineOutputs } from '../platform/baseline-outputs.ts';
import { orGone } from '../platform/error-names.ts';
import { DEFAULT_HEALTH_PATH } from '../protocol.ts';
import { activeDeployment } from '../traffic/traffic.ts';

export interface Remake {
	readonly name: string;
	readonly version: Version;
	readonly outputs: BaselineOutputs;
	readonly fleet: Fleet;
	/** As the history has them. */
	readonly commit: string | null;
	readonly message: string | null;
}

/**
 * A version anew: its image, size, variables and secrets are its own, what it is surrounded by stays as it is now (contract,
 * decision 24): how many tasks there are, and how the load balancer looks after them.
 */
export async function remakeRequest(aws: Pick<Aws, 'elb'>, remake: Remake): Promise<DeployRequest> {
	const { name, version, outputs, fleet, commit, message } = remake;
	const active = activeDeployment(fleet.traffic, fleet.deployments);
	const desiredCount = Math.max(1, active?.desired ?? 2);
	return {
		deploymentName: name,
		domain: hostOf(version.task.env.PULSE_SERVER_ADDRESS) ?? version.container?.healthHost ?? outputs.albDnsName,
		container: version.container,
		kindIsSaid: true,
		docker: null,
		task: { ...version.task, desiredCount },
		health: await healthOf(aws, active?.targetGroupArn ?? null, desiredCount),
		network: { nat: null, allowedCidrs: null, idleTimeoutSeconds: null },
		reaper: {
			scheduleMinutes: outputs.reaperScheduleMinutes ?? 1,
			maxAgeHours: outputs.reaperMaxAgeHours,
			deploymentTimeoutHours: outputs.reaperDeploymentTimeoutHours,
			rollbackWindowSeconds: null,
			rollbackKeep: outputs.rollbackKeep,
			kept: [],
		},
		certificateArn: fleet.traffic.defaultCertificateArn,
		secretArns: [],
		route53: false,
		overLater: false,
		supersede: false,
		preview: null,
		notify: null,
		message,
		commit,
		madeOf: version.id,
	};
}

async function healthOf(aws: Pick<Aws, 'elb'>, arn: string | null, desired: number): Promise<HealthRequest> {
	const reading = arn === null ? undefined : aws.elb.describeTargetGroups({ TargetGroupArns: [arn] });
	const answer = reading === undefined ? undefined : await orGone(reading, 'TargetGroupNotFoundException');
	const [group] = answer?.TargetGroups ?? [];
	return {
		path: group?.HealthCheckPath ?? DEFAULT_HEALTH_PATH,
		intervalSeconds: group?.HealthCheckIntervalSeconds ?? 30,
		timeoutSeconds: group?.HealthCheckTimeoutSeconds ?? 5,
		healthyThreshold: group?.HealthyThresholdCount ?? 2,
		unhealthyThreshold: group?.UnhealthyThresholdCount ?? 3,
		waitForHealth: true,
		minHealthyTargets: minimum(2, desired, true),
		taskGracePeriodSeconds: 60,
		// Visitors have used it.
		pagePath: null,
		budgetSeconds: 300,
	};
}

function hostOf(address: string | undefined): string | null {
	return address !== undefined && URL.canParse(address) ? new URL(address).host : null;
}
