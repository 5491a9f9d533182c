import type { PlatformErrorKind } from './port.ts';

export interface Verdict {
	readonly kind: PlatformErrorKind;
	readonly next?: string;
}

/**
 * The one place that reads Railway's message texts. `extensions.code` is `INTERNAL_SERVER_ERROR` for nearly everything,
 * so there is nothing else to go by (docs/platform-facts/railway.md §1.4). First match wins.
 */
const BY_MESSAGE: readonly (readonly [RegExp, Verdict])[] = [
	[
		/two factor authentication required/i,
		{ kind: 'unauthorized', next: 'Enable two-factor authentication at https://railway.com/account/security.' },
	],
	[/not authorized|unauthorized|unauthenticated|invalid token|project token not found/i, { kind: 'unauthorized' }],
	[/rate limit|too many requests|too quickly|whoa there/i, { kind: 'rate-limited' }],
	[/already exists|\bunique\b/i, { kind: 'conflict' }],
	[
		/cannot redeploy without a snapshot/i,
		{ kind: 'rejected', next: 'Nothing was ever built: deploy the service instead.' },
	],
	[
		/problem processing request|please try again|operation already in progress|cannot redeploy yet|internal server error|service unavailable/i,
		{ kind: 'unavailable' },
	],
	[/timed? ?out/i, { kind: 'timeout' }],
	[/not found|does not exist|has been deleted/i, { kind: 'not-found' }],
];

/** A GraphQL answer that carries errors, by what they say; the first that says anything decides. */
export function classifyMessages(messages: readonly string[]): Verdict {
	for (const message of messages) {
		for (const [pattern, verdict] of BY_MESSAGE) if (pattern.test(message)) return verdict;
	}
	return { kind: 'rejected' };
}

const EDGE_LIMIT =
	'This address is blocked at the edge of Railway for a while, possibly for hours: wait, or run the command from another network.';

/** An HTTP status other than 200. `body` may be HTML or text; it matters only where the status says too little. */
export function classifyStatus(status: number, body: string): Verdict {
	if (status === 429)
		return /error code: 1015/i.test(body) ? { kind: 'rate-limited', next: EDGE_LIMIT } : { kind: 'rate-limited' };
	if (status === 401 || status === 403) return { kind: 'unauthorized' };
	if (status === 408 || status === 504) return { kind: 'timeout' };
	if (status >= 500) return { kind: 'unavailable' };
	// Not `not-found`: an endpoint that is not there must never look like a service that is already deleted.
	return { kind: 'rejected', next: 'Check PULSE_RAILWAY_API_URL: this address does not answer like the Railway API.' };
}
