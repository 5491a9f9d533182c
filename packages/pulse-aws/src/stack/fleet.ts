import type { Fleet } from '../plan/observation.ts';
import type { Aws } from '../platform/aws.ts';
import type { BaselineOutputs } from '../platform/baseline-outputs.ts';
import { readDeployments } from '../platform/services.ts';
import { describeTargetGroups, listTargetGroups } from '../platform/target-groups.ts';
import { readLimits, readTraffic } from '../platform/traffic.ts';
import { canaryTraffic } from '../traffic/canary-rules.ts';
import { roomLeft } from '../traffic/traffic.ts';
import { type LeaseWatch, readOwners } from './lease-watch.ts';
import { readRunningRollout } from './rollout.ts';

/** No account has less than these; near them the account's own limits are asked for. */
const LEAST = { rules: 100, targetGroups: 100 };
const NEAR = 20;
/** Target groups whose tags one call tells. */
const FEW = 20;

/** Deployments and what the load balancer does with them. */
export async function readFleet(
	aws: Pick<Aws, 'ecs' | 'elb' | 'ssm'>,
	name: string,
	baseline: BaselineOutputs,
): Promise<Fleet> {
	const listing = listTargetGroups(aws, baseline.vpcId);
	const [traffic, deployments, arns, few] = await Promise.all([
		readTraffic(aws, baseline.listenerArn),
		readDeployments(aws, baseline.clusterName, name),
		listing,
		// Beside the services, so that a rollback has one answer fewer to wait for.
		listing.then((arns) => (arns.length <= FEW ? describeTargetGroups(aws, arns, name) : null)),
	]);
	// Whose one of many groups is need not be asked where a service has it.
	const known = new Set(deployments.map((one) => one.targetGroupArn));
	const loose = arns.filter((arn) => !known.has(arn));
	const groups = few ?? (await describeTargetGroups(aws, loose, name));
	const living = new Set(deployments.map((one) => one.id));
	const owned = [...groups.map((group) => group.deploymentId), ...traffic.rules.map((rule) => rule.deploymentId)];
	const strays = new Set(owned.filter((id): id is string => id !== null && id !== '' && !living.has(id)));
	const room = roomLeft(traffic, LEAST);
	const limits = Math.min(room.rules, room.targetGroups) < NEAR ? await readLimits(aws) : null;
	const canary = canaryTraffic(traffic) === null ? {} : { rollout: await readRunningRollout(aws, name) };
	return { traffic, deployments, strays: [...strays].sort(), limits, ...canary };
}

/** All that are taken, by whatever there is of them. */
export function idsOf({ deployments, strays, reserved = [] }: Fleet): readonly string[] {
	return [...deployments.map((one) => one.id), ...strays, ...reserved];
}

/** Also the ids that deploys have taken, and which of those deploys live. */
export async function withOwners(
	aws: Pick<Aws, 'ssm'>,
	name: string,
	reading: Promise<Fleet>,
	watch: LeaseWatch,
): Promise<Fleet> {
	const [fleet, owners] = await Promise.all([reading, readOwners(aws, name)]);
	const known = new Set(idsOf(fleet));
	const reserved = [...owners.keys()].filter((id) => !known.has(id));
	return { ...fleet, reserved, leases: watch.standing(owners), lapsed: watch.lapsed(owners) };
}
