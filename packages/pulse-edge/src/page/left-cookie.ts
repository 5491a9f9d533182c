import type { AnswerEdits } from '../forward/forward-request.ts';
import type { ResponseHead } from '../upstream/parse-head.ts';
import { endPageCookie } from './cookie.ts';
import { kindOf } from './is-document.ts';
import type { PageHead } from './page-head.ts';

/**
 * What is added to a Pulse app's answer where a container app drains beside it, or was gone back from: that has left its
 * cookie in this browser, by which it would be asked for the parts of this page (contract C1.6). A tab that is still open
 * there writes it again once it is used. `null` for nothing.
 */
export function endLeftCookie(page: PageHead | null): AnswerEdits | null {
	if (page === null || (page.pageCookie === '' && !page.cookiesDiffer)) return null;
	return kindOf(page) === 'document' && !page.early ? ENDING : null;
}

const ENDING: AnswerEdits = {
	varies: '',
	headersOf: ({ headers }: ResponseHead) => [...headers, 'set-cookie', endPageCookie(false)],
	valueOf: (_name, value) => value,
	bodyOf: (_headers, body) => body,
};
