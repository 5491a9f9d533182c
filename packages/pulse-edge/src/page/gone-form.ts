import type { ClientRequest } from '../entry/client-messages.ts';
import type { RequestHead } from '../entry/request-head.ts';
import type { RequestTarget } from '../entry/request-target.ts';
import { AFFINITY_QUERY } from '../protocol.ts';
import { headerOf } from '../raw-headers.ts';
import { withoutQueryKey } from '../report/document-request.ts';
import { FORM_HEADERS, type FormField, stalePage } from '../report/readable-page.ts';
import { type Answer, staleAnswer } from '../report/stale.ts';
import { formFields, isMultipart } from './form-fields.ts';
import type { PageHead } from './page-head.ts';
import type { PublicOrigin } from './public-origin.ts';

/** More than a person writes. */
const MOST_BYTES = 65_536;
/** Of forms that are read at one time: together four megabytes. */
const MOST_AT_ONCE = 64;
const PATIENCE_MS = 10_000;

let reading = 0;

export interface SentForm {
	readonly request: ClientRequest;
	readonly head: RequestHead;
	readonly page: PageHead;
	readonly target: RequestTarget;
	readonly origin: PublicOrigin;
}

/**
 * A form that was posted to a version that is gone: a page that keeps what was sent, for its reader to send on
 * (contract C1.14). Only what a page of this app has sent: else another site could put its words into a form of ours. True
 * when the answer will come by `reply`; `null` there when it cannot be kept after all.
 */
export function keepForm(sent: SentForm, reply: (answer: Answer | null) => void): boolean {
	const { request, head, target } = sent;
	const action = withoutQueryKey(target.forward, AFFINITY_QUERY);
	const contentType = headerOf(request.rawHeaders, 'content-type') ?? '';
	const bounded = head.contentLength > 0 && head.contentLength <= MOST_BYTES && !head.expectsContinue;
	if (!bounded || action === null || head.pinnedByHeader || !isOwn(sent) || reading >= MOST_AT_ONCE) return false;
	reading++;
	const pieces: Buffer[] = [];
	let over = false;
	const end = (answer: Answer | null) => {
		if (over) return;
		over = true;
		reading--;
		clearTimeout(timer);
		reply(answer);
	};
	const timer = setTimeout(() => end(null), PATIENCE_MS);
	request.on('data', (chunk) => {
		if (!over) pieces.push(Buffer.from(chunk));
	});
	request.on('close', () => end(null));
	request.on('end', () => {
		const fields = formFields(contentType, Buffer.concat(pieces));
		end(fields === null ? null : answerOf(head, action, fields, isMultipart(contentType)));
	});
	return true;
}

function answerOf(head: RequestHead, action: string, fields: readonly FormField[], multipart: boolean): Answer {
	const answer = staleAnswer('POST', head, 410);
	// A client loader is led on, and reads no page.
	if (answer.status !== 410) return answer;
	const kept = answer.headers.slice(0, answer.headers.indexOf('content-type'));
	return {
		status: 410,
		headers: [...kept, ...Object.entries(FORM_HEADERS).flat()],
		body: stalePage('POST', action, 410, { action, multipart, fields }),
	};
}

/** Its browser says that a page of this app has sent it. */
function isOwn({ page, head, origin }: SentForm): boolean {
	if (page.fetchSite !== '') return page.fetchSite === 'same-origin';
	return origin.isOwn(head.origin);
}
