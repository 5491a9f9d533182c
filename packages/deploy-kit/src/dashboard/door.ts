import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export interface Door {
	/** `127.0.0.1:4711`, `localhost:4711`. */
	readonly hosts: readonly string[];
	readonly token: string;
}

/**
 * Whether a request may come in at all, and whether it brings the token. A page of any site can make this machine's browser
 * ask here: by a name that it lets lead to 127.0.0.1 (so the host must be ours), by a form or a fetch (so an origin must be
 * ours, and all that tells or does something needs a header that only our page sends).
 *
 * The token is no cookie: cookies know no port, and whatever else is served on 127.0.0.1, an app on the local platform for
 * one, would be sent it.
 */
export function admission(
	{ headers, method }: Pick<IncomingMessage, 'headers' | 'method'>,
	{ hosts, token }: Door,
): 'in' | 'page-only' | 'refused' {
	const { host = '', origin, authorization = '' } = headers;
	if (!hosts.includes(host.toLowerCase())) return 'refused';
	const own = `http://${host.toLowerCase()}`;
	if (origin !== undefined && origin.toLowerCase() !== own) return 'refused';
	const site = headers['sec-fetch-site'];
	if (site !== undefined && site !== 'same-origin' && site !== 'none' && headers['sec-fetch-mode'] !== 'navigate')
		return 'refused';
	if (method !== 'GET' && origin === undefined) return 'refused';
	return isSame(authorization, `Bearer ${token}`) ? 'in' : 'page-only';
}

/** In constant time, also for texts of different lengths. */
function isSame(one: string, other: string): boolean {
	const digest = (text: string) => createHash('sha256').update(text).digest();
	return timingSafeEqual(digest(one), digest(other));
}

/** On every answer: nothing from elsewhere, nothing kept, in no frame. */
export const CAREFUL_HEADERS = {
	'cache-control': 'no-store',
	'content-security-policy':
		"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	'cross-origin-opener-policy': 'same-origin',
	'cross-origin-resource-policy': 'same-origin',
	'referrer-policy': 'no-referrer',
	'x-content-type-options': 'nosniff',
	'x-frame-options': 'DENY',
} as const;
