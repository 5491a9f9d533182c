import { queryValue } from '../decide/affinity.ts';
import { AFFINITY_QUERY, NEXT_QUERY } from '../protocol.ts';
import { pageCookie } from './cookie.ts';
import type { PageKind } from './is-document.ts';
import type { PageHead } from './page-head.ts';

/** What named the version of a request, in the order of who is believed (contract C1.2). */
export type PinSource = 'query' | 'header' | 'next' | 'referer' | 'cookie' | 'none';

export interface Pin {
	/** As the request wrote it: known to a table or not. `''` for none. */
	readonly id: string;
	readonly source: PinSource;
}

export const UNPINNED: Pin = { id: '', source: 'none' };

export interface PinnedRequest {
	readonly method: string;
	readonly query: string;
	readonly kind: PageKind;
	readonly page: PageHead;
	/** The hosts under which this app is asked. */
	readonly hosts: readonly string[];
	/** Documents stay with their browser's version, too. */
	readonly session: boolean;
}

/** Who else names a version, where neither the query nor the header does. `serves`: such a version is there. */
export function impliedPin(request: PinnedRequest, serves: (id: string) => boolean): Pin {
	const { query, kind, page, method, session } = request;
	const next = queryValue(query, NEXT_QUERY);
	if (next !== '' && serves(next)) return { id: next, source: 'next' };
	const { nextDeployment } = page;
	if (nextDeployment !== '' && serves(nextDeployment)) return { id: nextDeployment, source: 'next' };
	if (kind !== 'document') {
		const id = refererPin(page, request.hosts);
		if (id !== '') return { id, source: 'referer' };
	}
	// A form without script says nothing else of its page.
	if (session || kind !== 'document' || method === 'POST') {
		const id = pageCookie(page.cookie);
		if (id !== '' && serves(id)) return { id, source: 'cookie' };
	}
	return UNPINNED;
}

/** Of a worker, a frame, or a page that has its pin in its address; another origin's page names nothing here. */
function refererPin({ referer, fetchSite }: PageHead, hosts: readonly string[]): string {
	if (!referer.includes(AFFINITY_QUERY)) return '';
	const [, host = '', query = ''] = /^https?:\/\/([^/?#@]+)(?:\/[^?#]*)?\?([^#]*)/i.exec(referer) ?? [];
	const own = fetchSite === '' ? hosts.includes(host.toLowerCase()) : fetchSite === 'same-origin';
	return own ? queryValue(query, AFFINITY_QUERY) : '';
}
