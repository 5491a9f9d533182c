import type { IncomingMessage, ServerResponse } from 'node:http';
import { asksForDocument } from 'pulse-edge/report/document-request';
import { PAGE_COOKIE } from '../protocol.ts';

const BROUGHT = new RegExp(`(?:^|;)\\s*${PAGE_COOKIE}=`);
const ENDED = `${PAGE_COOKIE}=; Path=/; Max-Age=0; SameSite=Lax`;

/**
 * A container app of the same name that drains, or was gone back from, has left its cookie in this browser, by which the load
 * balancer would ask it for the parts of this page. A tab that is still open there writes it again once it is used.
 */
export function endPageCookie({ headers }: Pick<IncomingMessage, 'headers'>, response: ServerResponse): void {
	if (!BROUGHT.test(headers.cookie ?? '')) return;
	const header = (name: string) => {
		const value = headers[name];
		return Array.isArray(value) ? value[0] : value;
	};
	if (asksForDocument(header)) response.appendHeader('set-cookie', ENDED);
}
