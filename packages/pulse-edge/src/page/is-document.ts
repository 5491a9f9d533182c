import type { PageHead } from './page-head.ts';

/** `frame`: a document within another one's page, which belongs to that page's tab. */
export type PageKind = 'document' | 'frame' | 'part';

/**
 * What a browser asks for (contract C1.1): by its Sec-Fetch headers, and where it sends none (plain http, old browsers) by
 * what only a navigation says. Fragments that a script puts into a page are parts.
 */
export function kindOf({ fetchDest, fetchMode, accept, upgrades, byScript }: PageHead): PageKind {
	if (fetchDest === 'document') return 'document';
	if (fetchDest === 'iframe' || fetchDest === 'frame') return 'frame';
	// A service worker that passes a navigation on.
	if (fetchMode === 'navigate' && (fetchDest === '' || fetchDest === 'empty')) return 'document';
	if (fetchDest !== '' || fetchMode !== '') return 'part';
	return upgrades && !byScript && /^\s*text\/html\b/i.test(accept) ? 'document' : 'part';
}
