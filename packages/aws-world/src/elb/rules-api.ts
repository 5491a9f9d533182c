import type { Action, Rule as RuleView } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Arns } from '../arn.ts';
import type { Handlers } from '../calls/handlers.ts';
import { AwsError, required } from '../errors.ts';
import { pageOf, pageSize } from '../paging.ts';
import { type ElbState, groupsIn, isSticky, type Listener, type Rule } from './state.ts';
import { putTags } from './tags-api.ts';
import { validateActions, validateConditions } from './validate-rule.ts';

/** Not stated by AWS; small enough that a list of rules has pages (docs/platform-facts/aws.md §1, UNVERIFIED). */
const DEFAULT_PAGE = 50;

type RulesApi = Pick<Handlers<'elb'>, 'createRule' | 'modifyRule' | 'deleteRule' | 'describeRules'>;

export function rulesApi(state: ElbState, arns: Arns): RulesApi {
	return {
		createRule(input) {
			const listener = state.listener(input.ListenerArn);
			const priority = Number(required(input.Priority, 'Priority', 'ValidationError'));
			if (!Number.isInteger(priority) || priority < 1 || priority > 50_000) {
				throw new AwsError('ValidationError', `Priority '${input.Priority}' must be between 1 and 50000`);
			}
			const rules = state.rulesOf(listener.arn);
			if (rules.some((rule) => rule.priority === priority)) {
				throw new AwsError('PriorityInUseException', `Priority '${priority}' is currently in use`);
			}
			if (rules.length >= state.quotas.rules) {
				throw new AwsError('TooManyRulesException', 'The maximum number of rules has been reached');
			}
			const rule: Rule = {
				arn: `${listener.arn.replace(':listener/', ':listener-rule/')}/${arns.id(16)}`,
				listenerArn: listener.arn,
				priority,
				conditions: validateConditions(input.Conditions),
				actions: validateActions(input.Actions),
			};
			checkGroups(state, listener, rule.actions);
			state.rules.set(rule.arn, rule);
			putTags(state, rule.arn, input.Tags);
			state.routingChanged();
			return { Rules: [viewOf(rule)] };
		},

		modifyRule(input) {
			const rule = state.rule(input.RuleArn);
			const conditions = input.Conditions === undefined ? rule.conditions : validateConditions(input.Conditions);
			const actions = input.Actions === undefined ? rule.actions : validateActions(input.Actions);
			checkGroups(state, state.listener(rule.listenerArn), actions);
			Object.assign(rule, { conditions, actions });
			state.routingChanged();
			return { Rules: [viewOf(rule)] };
		},

		deleteRule(input) {
			if ([...state.listeners.values()].some((listener) => listener.defaultRuleArn === input.RuleArn)) {
				throw new AwsError('OperationNotPermittedException', 'Default rule cannot be deleted');
			}
			const rule = state.rule(input.RuleArn);
			state.rules.delete(rule.arn);
			state.tags.delete(rule.arn);
			state.routingChanged();
			return {};
		},

		describeRules(input) {
			if (input.RuleArns) return { Rules: input.RuleArns.map((arn) => viewOf(state.rule(arn))) };
			const listener = state.listener(input.ListenerArn);
			const size = pageSize(input.PageSize, DEFAULT_PAGE, 400, 'ValidationError');
			// By ARN: the order of the answer promises nothing about priorities.
			const all = [defaultView(listener), ...state.rulesOf(listener.arn).map(viewOf)].sort((a, b) =>
				(a.RuleArn ?? '') < (b.RuleArn ?? '') ? -1 : 1,
			);
			const { items, next } = pageOf(all, size, input.Marker, 'ValidationError');
			return { Rules: items, ...(next === undefined ? {} : { NextMarker: next }) };
		},
	};
}

/** Groups must exist and belong to no other load balancer; distinct ones are limited per load balancer. */
export function checkGroups(state: ElbState, listener: Listener, actions: readonly Action[]): void {
	const used = state.groupsOf(listener.loadBalancerArn);
	for (const arn of groupsIn(actions)) {
		const group = state.targetGroup(arn);
		const others = state.loadBalancersOf(group.arn).filter((other) => other !== listener.loadBalancerArn);
		if (others.length > 0) {
			throw new AwsError('TargetGroupAssociationLimitException', `${arn} is used by another load balancer`);
		}
		used.add(group.arn);
	}
	refuseLooseStickiness(state, actions);
	if (used.size > state.quotas.targetGroups) {
		throw new AwsError(
			'TooManyUniqueTargetGroupsPerLoadBalancerException',
			'The maximum number of unique target groups per load balancer has been reached',
		);
	}
}

/** Visitors of a sticky group among several must keep their group first. */
function refuseLooseStickiness(state: ElbState, actions: readonly Action[]): void {
	for (const { ForwardConfig } of actions) {
		const groups = ForwardConfig?.TargetGroups ?? [];
		const some = groups.some(({ TargetGroupArn }) => isSticky(state.targetGroup(TargetGroupArn)));
		if (groups.length > 1 && some && ForwardConfig?.TargetGroupStickinessConfig?.Enabled !== true) {
			throw new AwsError(
				'InvalidConfigurationRequestException',
				'Target group stickiness must be enabled on the rule where one of its target groups is sticky',
			);
		}
	}
}

function viewOf(rule: Rule): RuleView {
	return {
		RuleArn: rule.arn,
		Priority: String(rule.priority),
		Conditions: rule.conditions,
		Actions: rule.actions,
		IsDefault: false,
	};
}

function defaultView(listener: Listener): RuleView {
	return {
		RuleArn: listener.defaultRuleArn,
		Priority: 'default',
		Conditions: [],
		Actions: listener.defaultActions,
		IsDefault: true,
	};
}
