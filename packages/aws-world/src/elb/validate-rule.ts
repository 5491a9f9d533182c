import type { Action, RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError, notEmulated } from '../errors.ts';

const MOST_VALUES = 5;
const MOST_VALUES_EACH = 3;
const MOST_WILDCARDS = 5;
const CONTENT_TYPES = ['text/plain', 'text/css', 'text/html', 'application/javascript', 'application/json'];

const invalid = (message: string) => new AwsError('ValidationError', message);

/** docs/platform-facts/aws.md §1 "Conditions" and quotas of one rule. */
export function validateConditions(conditions: readonly RuleCondition[] | undefined): RuleCondition[] {
	if (!conditions?.length) throw invalid('A condition must be specified');
	const each = conditions.map(valuesOf);
	if (each.some((own) => own.length > MOST_VALUES_EACH))
		throw invalid(`A condition can have at most ${MOST_VALUES_EACH} values`);
	const values = each.flat();
	if (values.length > MOST_VALUES) throw invalid(`Condition values must be at most ${MOST_VALUES} in a rule`);
	const texts = values.flat();
	if (texts.some((text) => text === '' || text.length > 128)) throw invalid('Condition value is too long or empty');
	if (texts.some((text) => !/^[\x20-\x7e]*$/.test(text))) throw invalid('Condition values must be visible ASCII');
	const wildcards = texts.join('').replaceAll(/\\./g, '').match(/[*?]/g)?.length ?? 0;
	if (wildcards > MOST_WILDCARDS) throw invalid(`A rule can have at most ${MOST_WILDCARDS} wildcards`);
	return [...conditions];
}

/** One entry a value; a query string's key and value are one entry of two texts. */
function valuesOf(condition: RuleCondition): string[][] {
	switch (condition.Field) {
		case 'query-string':
			return (condition.QueryStringConfig?.Values ?? []).map(({ Key, Value }) => {
				if (Value === undefined) throw invalid('A query string condition needs a value');
				return Key === undefined ? [Value] : [Key, Value];
			});
		case 'path-pattern':
			return (condition.PathPatternConfig?.Values ?? condition.Values ?? []).map((value) => [value]);
		case 'host-header':
			return (condition.HostHeaderConfig?.Values ?? condition.Values ?? []).map((value) => [value]);
		case 'http-request-method':
			return (condition.HttpRequestMethodConfig?.Values ?? []).map((value) => [value]);
		case 'http-header': {
			const { HttpHeaderName, Values } = condition.HttpHeaderConfig ?? {};
			if (!HttpHeaderName || HttpHeaderName.length > 40) throw invalid('HttpHeaderName must have 1 to 40 characters');
			return (Values ?? []).map((value) => [value]);
		}
		default:
			throw invalid(`Condition field '${condition.Field}' must be one of '[path-pattern, host-header, …]'`);
	}
}

/** One forward or fixed response, and it comes last; everything else is beyond this world. */
export function validateActions(actions: readonly Action[] | undefined): Action[] {
	if (!actions?.length) throw invalid('An action must be specified');
	if (actions.length > 1) throw new AwsError('TooManyActionsException', 'A rule has exactly one final action');
	const [action] = actions as [Action];
	if (action.Type === 'fixed-response') {
		const { StatusCode, ContentType, MessageBody } = action.FixedResponseConfig ?? {};
		if (!/^[245]\d\d$/.test(StatusCode ?? '')) throw invalid(`Status code '${StatusCode}' is not 2XX, 4XX or 5XX`);
		if (ContentType !== undefined && !CONTENT_TYPES.includes(ContentType)) throw invalid('Invalid content type');
		if ((MessageBody?.length ?? 0) > 1024) throw invalid('Message body must be at most 1024 characters');
	} else if (action.Type === 'forward') {
		const groups = action.ForwardConfig?.TargetGroups ?? [];
		if (action.TargetGroupArn === undefined && groups.length === 0) throw invalid('A forward needs a target group');
		if (groups.length > 5) throw invalid('A forward action has at most 5 target groups');
		for (const { Weight = 1 } of groups) {
			if (!Number.isInteger(Weight) || Weight < 0 || Weight > 999) throw invalid(`Weight '${Weight}' must be 0 to 999`);
		}
		const { DurationSeconds: seconds } = action.ForwardConfig?.TargetGroupStickinessConfig ?? {};
		if (seconds !== undefined && (seconds < 1 || seconds > 604_800))
			throw invalid('DurationSeconds must be 1 to 604800');
	} else notEmulated(`actions of type '${action.Type}'`);
	return [...actions];
}
