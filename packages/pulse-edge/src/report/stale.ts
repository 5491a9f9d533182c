import type { RequestHead } from '../entry/request-head.ts';
import { AFFINITY_HEADER, STALE_AFFINITY_HEADER } from '../protocol.ts';

/** An answer that the router itself gives. */
export interface Answer {
	readonly status: number;
	readonly headers: readonly string[];
	readonly body: string;
}

/** To a request for a deployment that is gone (contract R2.4–6, decision 11): browsers reload when they see the marker. 410 for container apps. */
export function staleAnswer(method: string, head: RequestHead, status: 409 | 410 = 409): Answer {
	const headers = [STALE_AFFINITY_HEADER, '1'];
	if (head.origin !== '') {
		headers.push('access-control-allow-origin', head.origin, 'access-control-allow-credentials', 'true');
		headers.push('access-control-expose-headers', STALE_AFFINITY_HEADER, 'vary', 'Origin');
	}
	if (head.pinnedByHeader) headers.push('vary', AFFINITY_HEADER);
	if (head.clientLoader === '1' && isSameOrigin(head.clientLoaderLocation, head)) {
		return { status: 302, headers: [...headers, 'location', head.clientLoaderLocation], body: '' };
	}
	if (method === 'OPTIONS' && head.corsMethod !== '') {
		headers.push('access-control-allow-methods', head.corsMethod);
		if (head.corsHeaders !== '') headers.push('access-control-allow-headers', head.corsHeaders);
		return { status: 204, headers, body: '' };
	}
	headers.push('content-type', 'application/json');
	return { status, headers, body: '{"detail":"stale affinity"}' };
}

/**
 * A location that cannot lead away: the header comes from the client, and an open redirect would come from us. Nor is a
 * forwarded host believed: who can set the location can set that one too.
 */
function isSameOrigin(location: string, { forwarded, host }: RequestHead): boolean {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: browsers skip tabs and newlines, so `/\t/evil` leads away
	if (location === '' || /[\x00-\x20\x7f\\]/.test(location)) return false;
	if (location.startsWith('/')) return !location.startsWith('//');
	if (!/^https?:\/\//i.test(location)) return false;
	try {
		const url = new URL(location);
		// From https to http would show the next request to every machine on the way.
		if (url.protocol === 'http:' && forwarded.proto === 'https') return false;
		const same = url.host.toLowerCase() === host.toLowerCase();
		return same && url.username === '' && url.password === '';
	} catch {
		return false;
	}
}
