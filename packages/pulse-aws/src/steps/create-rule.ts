import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { Step } from '../plan/step.ts';
import type { Aws } from '../platform/aws.ts';
import { isAwsError } from '../platform/error-names.ts';
import { readRules, rulePriority } from '../platform/traffic.ts';
import { type PinRule, pinRules } from '../traffic/pin-rules.ts';
import { freePriority, type Rule } from '../traffic/rule.ts';
import { ownerTags } from './owner-tags.ts';
import type { Perform } from './performers.ts';
import { made, type Run } from './run.ts';

/** Another client, e.g. a person in the console, may take the same number at the same moment. */
const RULE_TRIES = 5;

/** Before the service: ECS refuses a target group that no rule uses. */
export function createRuleStep(id: string): Step {
	return { kind: 'create-rule', id: 'create-rule', title: `Pin requests of ${id} to it`, section: 'Deployment' };
}

export const createRule: Perform<'create-rule'> = async (_step, run) => {
	// Of a baseline that was just made, only the lowest priority is taken.
	let rules: readonly Pick<Rule, 'priority'>[] = run.fleet?.traffic.rules ?? [];
	const taken: number[] = [];
	for (const rule of pinRules(run.id, run.request?.container ?? null)) {
		const action = { Type: 'forward', TargetGroupArn: made(run.target, 'the target group').targetGroupArn } as const;
		const created = await createForward(run, { ...rule, action }, rules);
		({ rules } = created);
		taken.push(created.priority);
	}
	return `${taken.length === 1 ? 'priority' : 'priorities'} ${taken.join(', ')}`;
};

export interface ForwardRule extends PinRule {
	readonly action: NonNullable<Parameters<Aws['elb']['createRule']>[0]['Actions']>[number];
}

/** Takes the lowest free priority, also where another command has just taken one. */
export async function createForward(
	run: Run,
	{ conditions, from, action }: ForwardRule,
	known: readonly Pick<Rule, 'priority'>[] = run.fleet?.traffic.rules ?? [],
): Promise<{ priority: number; rules: readonly Pick<Rule, 'priority'>[] }> {
	const { aws } = run.session;
	const { listenerArn } = made(run.baseline, 'the baseline');
	let rules = known;
	for (let attempt = 1; ; attempt++) {
		const priority = freePriority(rules, from);
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
				Conditions: conditions,
				Actions: [action],
				Tags: ownerTags(run),
			});
			return { priority, rules: [...rules, { priority }] };
		} catch (error) {
			if (!isAwsError(error, 'PriorityInUseException') || attempt === RULE_TRIES) throw error;
			rules = await readRules(aws, listenerArn);
			// The SDK repeats a call whose answer was lost, and then meets its own rule.
			const own = await rulePriority(aws, listenerArn, conditions);
			if (own !== null) return { priority: own, rules };
		}
	}
}
