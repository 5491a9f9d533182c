import { AFFINITY_HEADER, AFFINITY_QUERY, CANARY_COOKIE, NEXT_HEADER, PAGE_COOKIE } from '../protocol.ts';
import type { CanarySide } from '../task/rollout.ts';

/** A listener rule, reduced to what routing decisions need. */
export interface Rule {
	readonly arn: string;
	/** `null` for the listener's default action, which the API lists as a rule. */
	readonly priority: number | null;
	/** The deployment that its condition pins; `null` for any other rule. */
	readonly deploymentId: string | null;
	/** Where it forwards; `null` for fixed responses and redirects. */
	readonly targetGroupArn: string | null;
	/** Ours, and there only while the baseline is updated. */
	readonly catchAll: boolean;
	/** Of a canary (`canary-rules.ts`); absent for any other. */
	readonly canary?: {
		readonly kind: CanarySide | 'draw';
		readonly rollout: string | null;
		/** Of the one that draws. */
		readonly weights: readonly { readonly TargetGroupArn: string; readonly Weight: number }[];
	};
}

/** The parts of the SDK's rule that are read here. */
export interface SdkRule {
	readonly RuleArn?: string | undefined;
	readonly Priority?: string | undefined;
	readonly Conditions?: readonly SdkCondition[] | undefined;
	readonly Actions?: readonly SdkAction[] | undefined;
}

export interface SdkCondition {
	readonly Field?: string | undefined;
	readonly QueryStringConfig?:
		| {
				readonly Values?:
					| readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[]
					| undefined;
		  }
		| undefined;
	readonly HttpHeaderConfig?:
		| { readonly HttpHeaderName?: string | undefined; readonly Values?: readonly string[] | undefined }
		| undefined;
}

export interface SdkAction {
	readonly Type?: string | undefined;
	readonly TargetGroupArn?: string | undefined;
	readonly ForwardConfig?:
		| {
				readonly TargetGroups?:
					| readonly { readonly TargetGroupArn?: string | undefined; readonly Weight?: number | undefined }[]
					| undefined;
		  }
		| undefined;
}

/** Verification is rule 1; users may place their own below 100. */
export const FIRST_PRIORITY = 100;
/** The lowest precedence there is. */
export const CATCH_ALL_PRIORITY = 50_000;

export function ruleOf(rule: SdkRule): Rule {
	const priority = rule.Priority === undefined || rule.Priority === 'default' ? null : Number(rule.Priority);
	const conditions = rule.Conditions ?? [];
	const canary = canaryPart(priority, conditions, weightsIn(rule.Actions ?? []));
	const values = conditions.flatMap((condition) => condition.QueryStringConfig?.Values ?? []);
	return {
		arn: rule.RuleArn ?? '',
		priority,
		deploymentId:
			values.find((pair) => pair.Key?.toLowerCase() === AFFINITY_QUERY)?.Value ?? pinnedByHeader(conditions),
		targetGroupArn: forwardTarget(rule.Actions ?? []),
		catchAll: priority === CATCH_ALL_PRIORITY,
		...(canary === undefined ? {} : { canary }),
	};
}

/** Of canaries: behind all pins. Below it, users' own rules may match the same. */
export const CANARY_PRIORITY = 40_000;
const DRAWN = new RegExp(`^\\*${CANARY_COOKIE}=([0-9a-z]{1,12})\\.(canary|active)\\*$`, 'i');

type CanaryPlace = NonNullable<Rule['canary']>;

function canaryPart(
	priority: number | null,
	conditions: readonly SdkCondition[],
	weights: CanaryPlace['weights'],
): CanaryPlace | undefined {
	if (priority === null || priority < CANARY_PRIORITY || priority >= CATCH_ALL_PRIORITY) return undefined;
	for (const { HttpHeaderConfig: header } of conditions) {
		const [value = '', ...others] = header?.Values ?? [];
		if (others.length > 0) return undefined;
		const [, rollout, side] = DRAWN.exec(value) ?? [];
		if (rollout !== undefined) return { kind: side as CanarySide, rollout, weights };
		if (header?.HttpHeaderName?.toLowerCase() === 'sec-fetch-dest' && value === 'document' && weights.length === 2)
			return { kind: 'draw', rollout: null, weights };
	}
	return undefined;
}

function weightsIn(actions: readonly SdkAction[]): CanaryPlace['weights'] {
	const groups = actions.find((action) => action.Type === 'forward')?.ForwardConfig?.TargetGroups ?? [];
	if (groups.length < 2) return [];
	return groups.map(({ TargetGroupArn = '', Weight = 1 }) => ({ TargetGroupArn, Weight }));
}

/** Ids as this tool makes them: a rule on a header may as well be the user's own, and what is named here may be deleted. */
const ID = '[a-z][a-z0-9-]*-\\d{8}-\\d{6}z';
const SAYS = new Map(
	Object.entries({
		[AFFINITY_HEADER]: `^(${ID})$`,
		[NEXT_HEADER]: `^(${ID})$`,
		referer: `^\\*${AFFINITY_QUERY}=(${ID})\\*$`,
		cookie: `^\\*${PAGE_COOKIE}=(${ID})\\*$`,
	}).map(([name, pattern]) => [name, new RegExp(pattern, 'i')]),
);

/** The rules of a container app (`pin-rules.ts`). */
function pinnedByHeader(conditions: readonly SdkCondition[]): string | null {
	for (const { HttpHeaderConfig: header } of conditions) {
		const pattern = SAYS.get(header?.HttpHeaderName?.toLowerCase() ?? '');
		const [value = '', ...others] = header?.Values ?? [];
		const id = others.length === 0 ? pattern?.exec(value)?.[1] : undefined;
		if (id !== undefined) return id;
	}
	return null;
}

/** As one text, whatever order and legacy fields AWS tells them with. */
export function conditionsText(conditions: readonly SdkCondition[]): string {
	const texts = conditions.map(({ Field, QueryStringConfig: query, HttpHeaderConfig: header }) => {
		const pairs = query?.Values?.map(({ Key, Value }) => `${Key}=${Value}`) ?? [];
		return [Field, header?.HttpHeaderName, ...[...pairs, ...(header?.Values ?? [])].sort()].join(' ').toLowerCase();
	});
	return texts.sort().join('\n');
}

export function forwardTarget(actions: readonly SdkAction[]): string | null {
	const forward = actions.find((action) => action.Type === 'forward');
	return forward?.TargetGroupArn ?? forward?.ForwardConfig?.TargetGroups?.[0]?.TargetGroupArn ?? null;
}

/** The lowest free priority from `first` up; `null` when all are taken. */
export function freePriority(rules: readonly Pick<Rule, 'priority'>[], first = FIRST_PRIORITY): number | null {
	const taken = new Set(rules.map((rule) => rule.priority));
	for (let priority = first; priority < CATCH_ALL_PRIORITY; priority++) if (!taken.has(priority)) return priority;
	return null;
}
