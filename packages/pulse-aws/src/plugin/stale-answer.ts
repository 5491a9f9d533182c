import type { IncomingMessage, ServerResponse } from 'node:http';
import { asksForDocument, type HeaderLookup, prefersPage, withoutQueryKey } from 'pulse-edge/report/document-request';
import { PAGE_HEADERS, stalePage } from 'pulse-edge/report/readable-page';
import { AFFINITY_QUERY, REPLICA_QUERY, STALE_AFFINITY_HEADER } from '../protocol.ts';

const LOADER_HEADER = 'x-pulse-client-loader';
const LOADER_LOCATION_HEADER = 'x-pulse-client-loader-location';

interface Answer {
	readonly status: number;
	readonly headers: Record<string, string>;
	readonly body: string;
}

/**
 * Answers a request that belongs to a deployment, or to a task of this one, which is gone, so that the browser reloads into this one (contract
 * R2.4–R2.6, decisions 11 and 17). Where a browser goes somewhere — an old bookmark, a link that was shared — it is sent to
 * the same address without the pin, and a person who cannot be sent there gets a page to read (decision 27).
 */
export function answerStale(request: IncomingMessage, response: ServerResponse): void {
	// Without being read, a body would keep the connection from being used again.
	request.resume();
	const { status, headers, body } = staleAnswer(request);
	response.writeHead(status, headers);
	response.end(body);
}

export function staleAnswer({
	method = '',
	url = '',
	headers,
}: Pick<IncomingMessage, 'method' | 'url' | 'headers'>): Answer {
	const origin = headers.origin;
	const marker: Record<string, string> = {
		[STALE_AFFINITY_HEADER]: '1',
		'cache-control': 'no-store',
		...(origin === undefined
			? {}
			: {
					'access-control-allow-origin': origin,
					'access-control-allow-credentials': 'true',
					'access-control-expose-headers': STALE_AFFINITY_HEADER,
					vary: 'Origin',
				}),
	};
	const location = loaderLocation(headers);
	if (location !== null) return { status: 302, headers: { ...marker, location }, body: '' };
	const header: HeaderLookup = (name) => {
		const value = headers[name];
		return Array.isArray(value) ? value[0] : value;
	};
	const unpinned = withoutQueryKey(url, AFFINITY_QUERY);
	const onward = unpinned === null ? null : withoutQueryKey(unpinned, REPLICA_QUERY);
	const reads = method === 'GET' || method === 'HEAD';
	if (reads && onward !== null && headers[LOADER_HEADER] !== '1' && asksForDocument(header))
		return { status: 302, headers: { ...marker, location: onward }, body: '' };
	const asked = headers['access-control-request-method'];
	if (method === 'OPTIONS' && asked !== undefined) {
		const allowed = headers['access-control-request-headers'];
		return {
			status: 204,
			headers: {
				...marker,
				'access-control-allow-methods': asked,
				...(allowed === undefined ? {} : { 'access-control-allow-headers': allowed }),
			},
			body: '',
		};
	}
	if (prefersPage(header))
		return { status: 409, headers: { ...marker, ...PAGE_HEADERS }, body: stalePage(method, onward) };
	return {
		status: 409,
		headers: { ...marker, 'content-type': 'application/json' },
		body: JSON.stringify({ detail: 'stale affinity' }),
	};
}

/** Where the page loader wanted to go, if that is on this very host: anything else would be an open redirect. */
function loaderLocation(headers: IncomingMessage['headers']): string | null {
	const location = headers[LOADER_LOCATION_HEADER];
	if (headers[LOADER_HEADER] !== '1' || typeof location !== 'string' || location === '') return null;
	const here = `https://${headers.host ?? 'unknown.invalid'}`;
	if (!URL.canParse(location, here)) return null;
	const target = new URL(location, here);
	if (target.host !== new URL(here).host || target.username !== '' || target.password !== '') return null;
	if (target.protocol === 'https:') return location;
	// From https to http would show the next request to every machine on the way.
	return target.protocol === 'http:' && headers['x-forwarded-proto'] === 'http' ? location : null;
}
