import { queryValue } from '../decide/affinity.ts';
import type { ClientRequest, ClientResponse } from '../entry/client-messages.ts';
import type { RequestHead } from '../entry/request-head.ts';
import type { RequestTarget } from '../entry/request-target.ts';
import { clientAddress } from '../forward/forwarded.ts';
import { countEnd, type Sample } from '../forward/samples.ts';
import { RELOAD_WITHIN_HEADER } from '../protocol.ts';
import { headerOf } from '../raw-headers.ts';
import { failureAnswer, jsonAnswer } from '../report/answer.ts';
import { httpDate } from '../report/http-date.ts';
import { type Answer, staleAnswer } from '../report/stale.ts';
import type { Presence, TabState } from './presence.ts';
import type { PublicOrigin } from './public-origin.ts';
import { REPORT_PATH, tabScript } from './tab-script.ts';

export interface OwnRequest {
	readonly request: ClientRequest;
	readonly head: RequestHead;
	readonly target: RequestTarget;
	/** Which version it names, when that is there. */
	readonly version: string | null;
	readonly origin: PublicOrigin;
	readonly fetchSite: string;
	/** Seconds within which tabs of that version are to move to the active one; `null`: they may stay. */
	readonly moveWithin: number | null;
	/** Of a canary's visitor: where a page that fails is counted; `null` where nothing is compared. */
	readonly sample: Sample | null;
}

/** A tab says that it is there, and hears whether its version is and for how long (contract C1.15). */
export function reportAnswer(own: OwnRequest, presence: Presence): Answer {
	const { request, head, target, version, moveWithin, sample } = own;
	if (target.path !== REPORT_PATH) return failureAnswer('internal-path');
	if (request.method !== 'POST') return failureAnswer('method-not-allowed');
	if (!isOwnOrigin(own)) return jsonAnswer(403, { detail: 'another origin' });
	if (version === null) return staleAnswer('POST', head, 410);
	const tab = queryValue(target.query, 'tab');
	const state = queryValue(target.query, 'state');
	if (!TAB.test(tab)) return failureAnswer('bad-request');
	const from = clientAddress(head.forwarded, request.socket.remoteAddress ?? '');
	if (state !== 'gone' && !STATES.has(state)) return failureAnswer('bad-request');
	const fails = queryValue(target.query, 'error') === '1' && presence.fails(version, tab, from);
	if (fails) countEnd(sample, true);
	if (state === 'gone') presence.leave(tab, from);
	else presence.report(version, tab, state as TabState, from);
	return { status: 204, headers: moveWithin === null ? [] : [RELOAD_WITHIN_HEADER, String(moveWithin)], body: '' };
}

const TAB = /^[A-Za-z0-9_-]{8,32}$/;
const STATES = new Set<string>(['visible', 'hidden', 'busy'] satisfies TabState[]);

/** A page of another origin can send this, too. Its browser says where it comes from. */
function isOwnOrigin({ head, origin, fetchSite }: OwnRequest): boolean {
	if (fetchSite !== '') return fetchSite === 'same-origin';
	return origin.isOwn(head.origin);
}

/** Kept by every cache for ever, under the name that its content gives it. */
export function sendScript(request: ClientRequest, response: ClientResponse, target: RequestTarget): void {
	const { path, text, gzipped } = tabScript();
	const gzip = /(?:^|[\s,])gzip\s*(?:$|,|;\s*q=(?:1|0\.0*[1-9]))/i.test(
		headerOf(request.rawHeaders, 'accept-encoding') ?? '',
	);
	const body = gzip ? gzipped : text;
	// A page that another release of this edge wrote gets the script that there is, for this once.
	const kept = target.path === path ? 'public, max-age=31536000, immutable' : 'no-store';
	response.writeHead(200, 'OK', [
		...['content-type', 'text/javascript; charset=utf-8', 'cache-control', kept, 'vary', 'Accept-Encoding'],
		...['x-content-type-options', 'nosniff', 'cross-origin-resource-policy', 'same-origin'],
		...(gzip ? ['content-encoding', 'gzip'] : []),
		...['content-length', String(Buffer.byteLength(body, 'latin1')), 'date', httpDate()],
	]);
	response.end(body, 'latin1');
}
