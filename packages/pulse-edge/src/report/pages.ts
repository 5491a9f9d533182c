import type { ClientRequest } from '../entry/client-messages.ts';
import type { RequestHead } from '../entry/request-head.ts';
import type { RequestTarget } from '../entry/request-target.ts';
import { AFFINITY_QUERY, REPLICA_QUERY, STALE_AFFINITY_HEADER } from '../protocol.ts';
import { headerOf } from '../raw-headers.ts';
import { failureAnswer } from './answer.ts';
import { asksForDocument, type HeaderLookup, prefersPage, withoutQueryKey } from './document-request.ts';
import { type FailureCause, failureOf } from './failures.ts';
import { PAGE_HEADERS, readablePage, stalePage } from './readable-page.ts';
import { type Answer, staleAnswer } from './stale.ts';

/**
 * To a request for a deployment that is gone. Where a browser goes somewhere — an old bookmark, a link that was shared — it
 * is sent to the same address without the pin: no page is lost there, and JSON would be a dead end (decision 27). A pin in the
 * header comes again with every redirect, so that is never an answer to it.
 */
export function staleReply(
	request: ClientRequest,
	head: RequestHead,
	target: RequestTarget,
	status: 409 | 410 = 409,
): Answer {
	const header = lookup(request);
	const reads = request.method === 'GET' || request.method === 'HEAD';
	const location = head.pinnedByHeader ? null : unpinned(target.forward);
	if (reads && location !== null && head.clientLoader !== '1' && asksForDocument(header))
		return { status: 302, headers: [STALE_AFFINITY_HEADER, '1', 'location', location], body: '' };
	const answer = staleAnswer(request.method!, head, status);
	if (answer.status !== status || !prefersPage(header)) return answer;
	return asPage(answer, stalePage(request.method!, location, status));
}

function unpinned(address: string): string | null {
	const bare = withoutQueryKey(address, AFFINITY_QUERY);
	return bare?.includes(REPLICA_QUERY) ? withoutQueryKey(bare, REPLICA_QUERY) : bare;
}

/** To a request that could not be passed on, or was not answered. */
export function forwardReply(
	forward: { readonly request: ClientRequest; readonly head: RequestHead; readonly target: RequestTarget },
	cause: FailureCause,
): Answer {
	const { request, head, target } = forward;
	return cause === 'replica-gone' ? staleReply(request, head, target) : failureReply(request, cause);
}

/** A failure as its client can read it: a page where the browser asks for one, else JSON. */
export function failureReply(request: ClientRequest, cause: FailureCause): Answer {
	const answer = failureAnswer(cause);
	if (!prefersPage(lookup(request))) return answer;
	const { status, detail, retryAfter } = failureOf(cause);
	const [title, text] = WORDS[cause] ?? OTHER_WORDS;
	// What was sent is not sent again by itself.
	const again = retryAfter !== undefined && request.method === 'GET' ? { again: Math.max(retryAfter, 5) } : {};
	return asPage(answer, readablePage({ title, text, detail: `${status} - ${detail}`, ...again }));
}

function asPage(answer: Answer, body: string): Answer {
	const kept: string[] = [];
	for (let i = 0; i < answer.headers.length; i += 2) {
		if (answer.headers[i] !== 'content-type') kept.push(answer.headers[i]!, answer.headers[i + 1]!);
	}
	return {
		status: answer.status,
		headers: [...kept, ...Object.entries(PAGE_HEADERS).flat()],
		body,
	};
}

/** Looked up when it is needed: hardly any request gets an answer of the router's own. */
function lookup({ rawHeaders }: ClientRequest): HeaderLookup {
	return (name) => headerOf(rawHeaders, name);
}

const GONE = ['This version is gone', 'The version that this address belongs to is no longer running.'] as const;
const AWAY = ['One moment', 'The app is busy or restarting. This page tries again by itself.'] as const;
const SILENT = ['The app did not answer', 'It may be restarting. Try again in a moment.'] as const;
const SLOW = ['The app took too long', 'It may be very busy. Try again in a moment.'] as const;
const OTHER_WORDS = ['This request could not be served', 'Something about it was not understood.'] as const;

const WORDS: Partial<Record<FailureCause, readonly [title: string, text: string]>> = {
	'no-active': [
		'Nothing is running here yet',
		'The app has no active version at the moment. This page tries again by itself.',
	],
	'no-snapshot': AWAY,
	'connection-limit': AWAY,
	'draining-away': AWAY,
	'out-of-descriptors': AWAY,
	'not-found': GONE,
	'internal-path': ['Not found', 'There is nothing at this address.'],
	unresolved: SILENT,
	unreachable: SILENT,
	'closed-early': SILENT,
	'bad-response': SILENT,
	'connect-timeout': SLOW,
	'response-timeout': SLOW,
	'request-timeout': [
		'The request took too long',
		'It did not arrive in time. Try again, on a better line if you can.',
	],
	'router-defect': ['Something went wrong', 'The fault is not yours. Try again in a moment.'],
};
