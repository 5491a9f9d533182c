import type { IncomingMessage, ServerResponse } from 'node:http';
import { endPageCookie } from 'pulse-edge/page/cookie';
import { asksForDocument } from 'pulse-edge/report/document-request';
import { PAGE_COOKIE } from '../protocol.ts';

const BROUGHT = new RegExp(`(?:^|;)\\s*${PAGE_COOKIE}=`);

/**
 * A container app of the same name that drains, or was gone back from, has left its cookie in this browser, by which the load
 * balancer would ask it for the parts of this page. A tab that is still open there writes it again once it is used.
 */
export function endLeftCookie({ headers }: Pick<IncomingMessage, 'headers'>, response: ServerResponse): void {
	if (!BROUGHT.test(headers.cookie ?? '')) return;
	const header = (name: string) => {
		const value = headers[name];
		return Array.isArray(value) ? value[0] : value;
	};
	if (asksForDocument(header)) response.appendHeader('set-cookie', endPageCookie(false));
}
