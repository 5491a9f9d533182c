import type { IncomingMessage, ServerResponse } from 'node:http';
import onHeaders from 'on-headers';
import { drawnVisit } from 'pulse-edge/page/drawn-visitor';
import { canaryCookie, isCaching } from 'pulse-edge/page/lane-page';
import { AFFINITY_QUERY } from '../protocol.ts';
import type { CanaryPart } from '../task/canary-part.ts';

/**
 * A request of a visitor whom the load balancer has drawn for this version: counted when it ends, and a new page says to its
 * browser which version its next ones get, and to caches that another visitor may get another page at this address.
 */
export function countVisit(part: CanaryPart, request: IncomingMessage, response: ServerResponse): void {
	const opensPage = isNewPage(request);
	const visit = drawnVisit(part, [request.headers.cookie ?? ''], opensPage);
	if (visit === null) return;
	response.once('close', () => countIn(part, response));
	if (!opensPage) return;
	const secure = request.headers['x-forwarded-proto'] === 'https';
	const cookie = visit.written === null ? null : canaryCookie(visit.written, secure);
	// Last of all: an app that writes its headers at once would replace the cookies that stand.
	onHeaders(response, () => sayWhose(response, cookie));
}

/** As the load balancer's rule tells one. */
function isNewPage({ method, url = '', headers }: IncomingMessage): boolean {
	if (method !== 'GET' || headers['sec-fetch-dest'] !== 'document') return false;
	const [, query = ''] = url.split(/\?(.*)/s, 2);
	return !new URLSearchParams(query).has(AFFINITY_QUERY);
}

/** One whose client left says nothing of this version. */
function countIn({ sample }: CanaryPart, response: ServerResponse): void {
	if (!response.writableFinished) return;
	sample.trials++;
	if (response.statusCode >= 500) sample.failures++;
}

function sayWhose(response: ServerResponse, cookie: string | null): void {
	const kept = String(response.getHeader('cache-control') ?? '').match(/no-store|no-transform/gi) ?? [];
	for (const name of response.getHeaderNames()) if (isCaching(name)) response.removeHeader(name);
	response.setHeader('cache-control', ['private, no-cache', ...kept].join(', '));
	response.appendHeader('vary', 'Cookie');
	if (cookie !== null) response.appendHeader('set-cookie', cookie);
}
