import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import { escapePattern } from 'pulse-deploy-kit/escape-pattern';

export interface RequestHead {
	readonly method: string;
	/** Path and query exactly as they were sent. */
	readonly url: string;
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Every condition must hold; several values of one are alternatives (docs/platform-facts/aws.md §1 "Conditions"). */
export function matchesRule(conditions: readonly RuleCondition[], head: RequestHead): boolean {
	return conditions.every((condition) => holds(condition, head));
}

function holds(condition: RuleCondition, head: RequestHead): boolean {
	const mark = head.url.indexOf('?');
	const path = mark === -1 ? head.url : head.url.slice(0, mark);
	switch (condition.Field) {
		case 'query-string': {
			const pairs = queryPairs(mark === -1 ? '' : head.url.slice(mark + 1));
			return (condition.QueryStringConfig?.Values ?? []).some(({ Key, Value }) =>
				pairs.some(
					([key, value]) => (Key === undefined || wildcard(Key, key, 'i')) && wildcard(Value ?? '', value, 'i'),
				),
			);
		}
		case 'path-pattern':
			return (condition.PathPatternConfig?.Values ?? condition.Values ?? []).some((value) => wildcard(value, path, ''));
		case 'host-header': {
			const host = String(head.headers.host ?? '').replace(/:\d+$/, '');
			return (condition.HostHeaderConfig?.Values ?? condition.Values ?? []).some((value) => wildcard(value, host, 'i'));
		}
		case 'http-header': {
			const sent = head.headers[(condition.HttpHeaderConfig?.HttpHeaderName ?? '').toLowerCase()];
			const values = sent === undefined ? [] : [sent].flat();
			return (condition.HttpHeaderConfig?.Values ?? []).some((wanted) =>
				values.some((value) => wildcard(wanted, value, 'i')),
			);
		}
		case 'http-request-method':
			return (condition.HttpRequestMethodConfig?.Values ?? []).includes(head.method);
		default:
			return false;
	}
}

/** Decoded pairs. Whether real rules compare before or after decoding does not matter to ids of `[a-z0-9-]`. */
function queryPairs(query: string): Array<[string, string]> {
	return [...new URLSearchParams(query)];
}

/** `*` is any run, `?` exactly one character, a backslash makes the next character literal. */
function wildcard(pattern: string, text: string, flags: '' | 'i'): boolean {
	const source = pattern.replaceAll(/\\?[\s\S]/g, (part) => {
		if (part === '*') return '[\\s\\S]*';
		if (part === '?') return '[\\s\\S]';
		return escapePattern(part.length > 1 ? part.slice(1) : part);
	});
	return new RegExp(`^${source}$`, flags).test(text);
}
