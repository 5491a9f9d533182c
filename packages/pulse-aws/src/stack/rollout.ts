import type { Aws } from '../platform/aws.ts';
import { deleteRule } from '../platform/delete.ts';
import { deleteParameters } from '../platform/parameters.ts';
import { readTraffic } from '../platform/traffic.ts';
import { canaryParameter } from '../protocol.ts';
import { type Rollout, readRollout, rolloutName, rolloutText } from '../task/rollout.ts';
import { type CanaryTraffic, canaryTraffic, drawAction, weightsOf } from '../traffic/canary-rules.ts';

/** What tasks read of it. */
export async function readRunningRollout(aws: Pick<Aws, 'ssm'>, name: string): Promise<Rollout | null> {
	const { Parameters } = await aws.ssm.getParameters({ Names: [canaryParameter(name)] });
	return readRollout(Parameters?.[0]?.Value);
}

export async function writeRollout(aws: Pick<Aws, 'ssm'>, name: string, rollout: Rollout): Promise<void> {
	const Value = rolloutText(rollout);
	await aws.ssm.putParameter({ Name: canaryParameter(name), Value, Type: 'String', Overwrite: true });
}

/** What is to come first, then the weights: the reaper puts the load balancer right where a command was killed in between. */
export async function setShare(
	aws: Pick<Aws, 'ssm' | 'elb'>,
	name: string,
	{ draw, canaryTargetGroupArn, activeTargetGroupArn }: CanaryTraffic,
	rollout: Rollout,
): Promise<void> {
	await writeRollout(aws, name, rollout);
	if (draw === null || canaryTargetGroupArn === null || activeTargetGroupArn === null) return;
	const TargetGroups = weightsOf(rollout.share, canaryTargetGroupArn, activeTargetGroupArn);
	await aws.elb.modifyRule({ RuleArn: draw.ruleArn, Actions: [drawAction(TargetGroups)] });
}

/**
 * Ends a canary: the rule that draws goes first, so that it gets no new visitors. It is success too where some or all of the
 * rules are gone already.
 * @returns whether anything of it stood
 */
export async function removeCanaryRules(aws: Pick<Aws, 'ssm' | 'elb'>, name: string, listenerArn: string) {
	const rules = canaryTraffic(await readTraffic(aws, listenerArn));
	for (const arn of rules?.ruleArns ?? []) await deleteRule(aws, arn);
	await deleteParameters(aws, [canaryParameter(name)]);
	return rules !== null;
}

/** Of this rollout alone, before it draws: another command may have begun one of its own since. */
export async function takeBackRollout(
	aws: Pick<Aws, 'ssm' | 'elb'>,
	name: string,
	listenerArn: string,
	rollout: Rollout,
): Promise<void> {
	const { rules } = await readTraffic(aws, listenerArn);
	for (const { arn, canary } of rules) if (canary?.rollout === rolloutName(rollout)) await deleteRule(aws, arn);
	const running = await readRunningRollout(aws, name);
	const isOwn = running?.id === rollout.id && running.beganAt === rollout.beganAt;
	if (isOwn) await deleteParameters(aws, [canaryParameter(name)]);
}
