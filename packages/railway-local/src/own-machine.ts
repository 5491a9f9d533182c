import type { IncomingHttpHeaders } from 'node:http';

const LOOPBACK = /^(?:localhost|[\w-]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

/** Whether a `Host` names this machine. Another name here is a page's own, made to point at 127.0.0.1 (DNS rebinding). */
export function isOwnName(host: string | undefined): boolean {
	return host !== undefined && LOOPBACK.test(host);
}

/**
 * Whether a page in the user's browser sent this. The API is for programs: a page could not read an answer without the
 * token, but could use up the rate limit.
 */
export function isFromPage(headers: IncomingHttpHeaders): boolean {
	return headers.origin !== undefined || headers['sec-fetch-site'] !== undefined;
}
