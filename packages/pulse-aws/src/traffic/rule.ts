import { AFFINITY_QUERY } from '../protocol.ts';

/** A listener rule, reduced to what routing decisions need. */
export interface Rule {
	readonly arn: string;
	/** `null` for the listener's default action, which the API lists as a rule. */
	readonly priority: number | null;
	/** The deployment that its query condition pins; `null` for any other rule. */
	readonly deploymentId: string | null;
	/** Where it forwards; `null` for fixed responses and redirects. */
	readonly targetGroupArn: string | null;
	/** Ours, and there only while the baseline is updated. */
	readonly catchAll: boolean;
}

/** The parts of the SDK's rule that are read here. */
export interface SdkRule {
	readonly RuleArn?: string | undefined;
	readonly Priority?: string | undefined;
	readonly Conditions?:
		| readonly {
				readonly Field?: string | undefined;
				readonly QueryStringConfig?:
					| {
							readonly Values?:
								| readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[]
								| undefined;
					  }
					| undefined;
		  }[]
		| undefined;
	readonly Actions?: readonly SdkAction[] | undefined;
}

export interface SdkAction {
	readonly Type?: string | undefined;
	readonly TargetGroupArn?: string | undefined;
	readonly ForwardConfig?:
		| { readonly TargetGroups?: readonly { readonly TargetGroupArn?: string | undefined }[] | undefined }
		| undefined;
}

/** Verification is rule 1; users may place their own below 100. */
const FIRST_PRIORITY = 100;
/** The lowest precedence there is. */
export const CATCH_ALL_PRIORITY = 50_000;

export function ruleOf(rule: SdkRule): Rule {
	const priority = rule.Priority === undefined || rule.Priority === 'default' ? null : Number(rule.Priority);
	const values = rule.Conditions?.flatMap((condition) => condition.QueryStringConfig?.Values ?? []) ?? [];
	return {
		arn: rule.RuleArn ?? '',
		priority,
		deploymentId: values.find((pair) => pair.Key?.toLowerCase() === AFFINITY_QUERY)?.Value ?? null,
		targetGroupArn: forwardTarget(rule.Actions ?? []),
		catchAll: priority === CATCH_ALL_PRIORITY,
	};
}

export function forwardTarget(actions: readonly SdkAction[]): string | null {
	const forward = actions.find((action) => action.Type === 'forward');
	return forward?.TargetGroupArn ?? forward?.ForwardConfig?.TargetGroups?.[0]?.TargetGroupArn ?? null;
}

/** The lowest free priority from 100 up; `null` when all are taken. */
export function freePriority(rules: readonly Rule[]): number | null {
	const taken = new Set(rules.map((rule) => rule.priority));
	for (let priority = FIRST_PRIORITY; priority < CATCH_ALL_PRIORITY; priority++)
		if (!taken.has(priority)) return priority;
	return null;
}

export function affinityCondition(id: string) {
	return { Field: 'query-string', QueryStringConfig: { Values: [{ Key: AFFINITY_QUERY, Value: id }] } };
}
