import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { Step } from '../plan/step.ts';
import { isAwsError } from '../platform/error-names.ts';
import { readRules } from '../platform/traffic.ts';
import { affinityCondition, freePriority, type Rule } from '../traffic/rule.ts';
import { ownerTags } from './owner-tags.ts';
import type { Perform } from './performers.ts';
import { made } from './run.ts';

/** Somebody else, e.g. a person in the console, may take the same number at the same moment. */
const RULE_TRIES = 5;

/** Before the service: ECS refuses a target group that no rule uses. */
export function createRuleStep(id: string): Step {
	return { kind: 'create-rule', id: 'create-rule', title: `Pin requests of ${id} to it`, section: 'Deployment' };
}

export const createRule: Perform<'create-rule'> = async (_step, run) => {
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
};
