import { isCanaryParameter, isNewestLease, isOwner } from '../protocol.ts';
import type { ReaperFacts, ReaperPolicy } from './facts.ts';

export interface Orphans {
	readonly ruleArns: readonly string[];
	readonly targetGroupArns: readonly string[];
	readonly parameters: readonly string[];
}

/**
 * What is left of deployments whose service is gone, or never came. A running deploy makes target group and rule before
 * the service, so only what is older than a deploy may take is swept, and what has no known age is not.
 */
export function orphans(facts: ReaperFacts, policy: ReaperPolicy, now: number): Orphans | null {
	const living = new Set([...facts.deployments.map((deployment) => deployment.id), ...leased(facts, now)]);
	const old = (createdAt: number | null | undefined) =>
		createdAt !== null && createdAt !== undefined && now - createdAt >= policy.deployingMs;
	const rules = facts.traffic.rules.filter(
		(rule) => rule.deploymentId !== null && !living.has(rule.deploymentId) && old(facts.ruleCreatedAt.get(rule.arn)),
	);
	const ruleArns = rules.map((rule) => rule.arn);
	const referenced = new Set([
		facts.traffic.defaultTargetGroupArn,
		...facts.traffic.rules.filter((rule) => !ruleArns.includes(rule.arn)).map((rule) => rule.targetGroupArn),
	]);
	const targetGroupArns = facts.targetGroups
		.filter((group) => !living.has(group.deploymentId) && !referenced.has(group.arn) && old(group.createdAt))
		.map((group) => group.arn);
	// A task that is being stopped may still write; its deployment's parameters are swept on the next run.
	const parameters = [
		...facts.parameters.filter(
			(one) =>
				!living.has(one.deploymentId) && !isNewestLease(one.name) && !isCanaryParameter(one.name) && old(one.changedAt),
		),
		...deadTasks(facts, old),
	].map((one) => one.name);
	if (ruleArns.length + targetGroupArns.length + parameters.length === 0) return null;
	return { ruleArns, targetGroupArns, parameters };
}

/** Renewed every ten seconds; both times are those of AWS: of a reaper by hand, too (`platform/aws-time.ts`). */
const LEASE_MS = 600_000;

/** Deployments that commands are making: an image may be built for longer than a deploy may take. */
export function leased({ parameters }: Pick<ReaperFacts, 'parameters'>, now: number): readonly string[] {
	return parameters.filter((one) => isOwner(one.name) && now - one.changedAt < LEASE_MS).map((one) => one.deploymentId);
}

/** Parameters of tasks that died, of deployments that live. */
function deadTasks(facts: ReaperFacts, old: (at: number) => boolean) {
	const living = new Set(facts.deployments.map((deployment) => deployment.id));
	return facts.parameters.filter(
		(one) =>
			one.taskId !== null &&
			living.has(one.deploymentId) &&
			!(facts.tasks.get(one.deploymentId) ?? []).includes(one.taskId) &&
			old(one.changedAt),
	);
}
