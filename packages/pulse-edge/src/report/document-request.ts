import { queryWithout } from '../decide/affinity.ts';

/** The first value of a request header, by its lowercase name. */
export type HeaderLookup = (name: string) => string | undefined;

/**
 * A browser that goes somewhere, as opposed to a page that loads a part of itself: by its Sec-Fetch headers, and where there
 * are none (plain http, old browsers) by what only a navigation asks for. Frames are no documents: what they show belongs to
 * the page around them. Nor is anything that is fetched for later, because no page is open that could be led anywhere.
 */
export function asksForDocument(header: HeaderLookup): boolean {
	if (EARLY.some((name) => /prefetch|prerender|preview/i.test(header(name) ?? ''))) return false;
	const dest = header('sec-fetch-dest');
	const mode = header('sec-fetch-mode');
	if (dest === 'document') return true;
	// A service worker that passes a navigation on.
	if (mode === 'navigate') return dest === undefined || dest === '' || dest === 'empty';
	if (dest !== undefined || mode !== undefined) return false;
	return (
		/^\s*text\/html\b/i.test(header('accept') ?? '') &&
		header('upgrade-insecure-requests') === '1' &&
		header('hx-request') === undefined &&
		header('x-requested-with') === undefined
	);
}

const EARLY = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'];

/** A reader who would rather have HTML than JSON, and says so by name: programs accept anything. */
export function prefersPage(header: HeaderLookup): boolean {
	const accept = header('accept') ?? '';
	const html = Math.max(weightOf(accept, 'text/html'), weightOf(accept, 'application/xhtml+xml'));
	return html > 0 && html >= weightOf(accept, 'application/json');
}

/** What `Accept` gives a type by name; 0 for none. */
function weightOf(accept: string, type: string): number {
	for (const part of accept.toLowerCase().split(',')) {
		const [name = '', ...parameters] = part.split(';').map((piece) => piece.trim());
		if (name !== type) continue;
		const q = parameters.find((parameter) => parameter.startsWith('q='));
		return q === undefined ? 1 : Number(q.slice(2)) || 0;
	}
	return 0;
}

/**
 * Where a browser is sent to come back without a key of its query: `target` is what it asked for, path and query, and every
 * other byte of it stays. `null` where no such `Location` can be written.
 */
export function withoutQueryKey(target: string, key: string): string | null {
	const mark = target.indexOf('?');
	const path = mark === -1 ? target : target.slice(0, mark);
	const query = mark === -1 ? '' : queryWithout(target.slice(mark + 1), key);
	return localAddress(query === '' ? path : `${path}?${query}`);
}

/** Path and query as a `Location` that leads nowhere else, `null` where none can be written. */
export function localAddress(address: string): string | null {
	// Browsers skip tabs and line ends, and no header holds them.
	if (!/^\/[\x21-\x7e\x80-\xff]*$/.test(address)) return null;
	// Two slashes would name another host, and browsers read a backslash as one. A dot between them is resolved away.
	return /^\/[/\\]/.test(address) ? `/.${address}` : address;
}
