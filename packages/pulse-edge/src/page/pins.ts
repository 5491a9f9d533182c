import { queryValue } from '../decide/affinity.ts';
import { AFFINITY_QUERY, NEXT_QUERY } from '../protocol.ts';
import type { PageKind } from './is-document.ts';
import type { PageHead } from './page-head.ts';
import type { PublicOrigin } from './public-origin.ts';

/** What named the version of a request, in the order of who is believed (contract C1.2). */
export type PinSource = 'query' | 'header' | 'next' | 'referer' | 'cookie' | 'none';

export interface Pin {
	/** As the request wrote it: known to a table or not. `''` for none. */
	readonly id: string;
	readonly source: PinSource;
}

export const UNPINNED: Pin = { id: '', source: 'none' };

/** A version that is there by what a request implies; `null` for one that is not. */
export interface Implied<Version> {
	readonly version: Version | null;
	readonly source: PinSource;
}

const NOTHING: Implied<never> = { version: null, source: 'none' };

export interface PinnedRequest {
	readonly method: string;
	readonly query: string;
	readonly kind: PageKind;
	readonly page: PageHead;
	readonly origin: PublicOrigin;
	/** A worker's script, at the address that the tab script has pinned. */
	readonly worker?: boolean;
	/** Documents stay with their browser's version, too. */
	readonly session: boolean;
}

/** Who else names a version, where neither the query nor the header does. `find`: such a version, when it is there. */
export function impliedPin<Version>(request: PinnedRequest, find: (id: string) => Version | null): Implied<Version> {
	const { query, kind, page, method, session } = request;
	const next = query === '' ? '' : queryValue(query, NEXT_QUERY);
	let version = next === '' ? null : find(next);
	if (version !== null) return { version, source: 'next' };
	const { nextDeployment } = page;
	version = nextDeployment === '' ? null : find(nextDeployment);
	if (version !== null) return { version, source: 'next' };
	if (kind !== 'document' && page.refererPinned) {
		const id = refererPin(page, request.origin);
		if (id !== '') return { version: find(id), source: 'referer' };
	}
	// A form without script says nothing else of its page.
	if (session || kind !== 'document' || method === 'POST') {
		const id = page.pageCookie;
		version = id === '' ? null : find(id);
		if (version !== null) return { version, source: 'cookie' };
	}
	return NOTHING;
}

/** Of a worker, a frame, or a page that has its pin in its address; another origin's page names nothing here. */
function refererPin({ referer, fetchSite }: PageHead, origin: PublicOrigin): string {
	const [, host = '', query = ''] = /^https?:\/\/([^/?#@]+)(?:\/[^?#]*)?\?([^#]*)/i.exec(referer) ?? [];
	const own = fetchSite === '' ? origin.hosts.includes(host.toLowerCase()) : fetchSite === 'same-origin';
	return own ? queryValue(query, AFFINITY_QUERY) : '';
}
