import { AFFINITY_HEADER, AFFINITY_QUERY, NEXT_HEADER, NEXT_QUERY, PAGE_COOKIE } from '../protocol.ts';
import { FIRST_PRIORITY } from './rule.ts';

/** By which one rule sends requests to a deployment. */
export type RuleCondition =
	| { readonly Field: 'query-string'; readonly QueryStringConfig: { Values: { Key: string; Value: string }[] } }
	| { readonly Field: 'http-header'; readonly HttpHeaderConfig: { HttpHeaderName: string; Values: string[] } }
	| { readonly Field: 'http-request-method'; readonly HttpRequestMethodConfig: { Values: string[] } };

export interface PinRule {
	/** All of them must hold. */
	readonly conditions: RuleCondition[];
	/** It takes the lowest free priority from here up. */
	readonly from: number;
}

/**
 * What a request says of its version itself comes before its referrer, and that before the cookie, which names the tab in
 * use (contract C1.2): the rules of all deployments, not only of one, stand in that order.
 */
const REFERRER_PRIORITY = 20_000;
const COOKIE_PRIORITY = 30_000;

/**
 * Values of `Sec-Fetch-Dest` but `document`, for which there is no negative condition. A rule may hold three values a
 * condition, five in all, and five wildcards, two of which the other condition takes (platform-facts/aws.md §1).
 */
const PARTS = ['*i*', '*e', 'empty'];
/** Fonts, modules of JSON; workers, sockets, tracks. */
const MORE_PARTS = ['font', 'json', '*k*'];

/** A Pulse app says it by the query alone, and has this one rule. */
export function pinRules(id: string, container: { readonly affinity: 'tab' | 'session' } | null): readonly PinRule[] {
	if (container === null) return [{ conditions: [query([AFFINITY_QUERY], id)], from: FIRST_PRIORITY }];
	const cookie = cookieCondition(`*${PAGE_COOKIE}=${id}*`);
	const cookieRules =
		container.affinity === 'session' ? [[cookie]] : [PARTS, MORE_PARTS].map((parts) => [cookie, dest(parts)]);
	return [
		{ conditions: [query([AFFINITY_QUERY, NEXT_QUERY], id)], from: FIRST_PRIORITY },
		{ conditions: [header(AFFINITY_HEADER, id)], from: FIRST_PRIORITY },
		{ conditions: [header(NEXT_HEADER, id)], from: FIRST_PRIORITY },
		{ conditions: [header('referer', `*${AFFINITY_QUERY}=${id}*`), dest(PARTS)], from: REFERRER_PRIORITY },
		...cookieRules.map((conditions) => ({ conditions, from: COOKIE_PRIORITY })),
	];
}

export function cookieCondition(pattern: string): RuleCondition {
	return header('cookie', pattern);
}

function query(keys: readonly string[], value: string): RuleCondition {
	return { Field: 'query-string', QueryStringConfig: { Values: keys.map((Key) => ({ Key, Value: value })) } };
}

function header(HttpHeaderName: string, ...Values: string[]): RuleCondition {
	return { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName, Values } };
}

const dest = (values: readonly string[]) => header('sec-fetch-dest', ...values);
