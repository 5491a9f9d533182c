import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ElbState, TargetGroup } from '../elb/state.ts';
import { matchesRule, type RequestHead } from './match.ts';

/** What the load balancer answers by: copied from the API's state, so that a change may take time to arrive. */
export interface RoutingTable {
	readonly rules: ReadonlyArray<{
		readonly conditions: Parameters<typeof matchesRule>[0];
		readonly actions: readonly Action[];
	}>;
	readonly defaultActions: readonly Action[];
}

export interface Forward {
	readonly kind: 'forward';
	/** One that is gone is `undefined`. */
	readonly groups: readonly { readonly group: TargetGroup | undefined; readonly weight: number }[];
	/** How long a visitor keeps the group of several; `null`: drawn anew each time. */
	readonly stickySeconds: number | null;
}

export type Route =
	| Forward
	| { readonly kind: 'fixed'; readonly status: number; readonly contentType: string; readonly body: string };

export function tableOf(state: ElbState, listenerArn: string): RoutingTable {
	const rules = state.rulesOf(listenerArn).sort((a, b) => a.priority - b.priority);
	return structuredClone({
		rules: rules.map(({ conditions, actions }) => ({ conditions, actions })),
		defaultActions: state.listener(listenerArn).defaultActions,
	});
}

/** UNVERIFIED: the API asks for a duration wherever stickiness is on. */
const DEFAULT_STICKY_SECONDS = 3_600;

/** Pure. The first rule that matches, in order of priority, else the default action. */
export function route(
	table: RoutingTable,
	head: RequestHead,
	groupOf: (arn: string) => TargetGroup | undefined,
): Route {
	const rule = table.rules.find(({ conditions }) => matchesRule(conditions, head));
	const actions = rule?.actions ?? table.defaultActions;
	const fixed = actions.find((action) => action.Type === 'fixed-response')?.FixedResponseConfig;
	if (fixed) {
		return {
			kind: 'fixed',
			status: Number(fixed.StatusCode),
			contentType: fixed.ContentType ?? 'text/plain',
			body: fixed.MessageBody ?? '',
		};
	}
	const forward = actions.find((action) => action.Type === 'forward');
	const several = forward?.ForwardConfig?.TargetGroups ?? [];
	const named = several.length > 0 ? several : [{ TargetGroupArn: forward?.TargetGroupArn, Weight: 1 }];
	const sticky = forward?.ForwardConfig?.TargetGroupStickinessConfig;
	return {
		kind: 'forward',
		groups: named.map(({ TargetGroupArn: arn, Weight: weight = 1 }) => ({
			group: arn === undefined ? undefined : groupOf(arn),
			weight,
		})),
		stickySeconds: sticky?.Enabled === true ? (sticky.DurationSeconds ?? DEFAULT_STICKY_SECONDS) : null,
	};
}
