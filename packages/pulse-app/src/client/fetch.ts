import type { Directives } from '../plugin.ts';
import { withQuery } from './query.ts';

/** On answers to requests whose deployment is gone. */
const STALE_HEADER = 'x-pulse-stale-affinity';
/** Pin a request whose address stays as it is (contract R2.1, R2.22). */
const PIN_HEADERS = { pulse_deployment: 'x-pulse-deployment', pulse_replica: 'x-pulse-replica' };

/**
 * `fetch` for this page's own server: adds the directives, so that the deployment that served the page answers, and tells
 * when that deployment is gone. What goes elsewhere, `blob:` and `data:` addresses included, passes unchanged. `begin`: something
 * is sent, until what it returns is called.
 */
export function createFetch(
	directives: () => Directives,
	onStale: () => void,
	begin: () => () => void = () => () => {},
): typeof fetch {
	// Taken now: the page may put the result of this function in its place.
	const { fetch: send } = globalThis;
	const isLeaving = watchLeaving();

	return async (input, init) => {
		const url = ownAddress(input);
		if (url === null) return send(input, init);
		const { query, headers } = directives();
		const pinned = withQuery(url, query);
		const pin = (own: HeadersInit | undefined, more: Readonly<Record<string, string>> = {}) => {
			const result = new Headers(own);
			for (const [name, value] of Object.entries({ ...headers, ...more })) result.set(name, value);
			return result;
		};
		const pinRequest = async (request: Request, keepalive: boolean) => {
			// Firefox does not say whether a request has a body.
			if (request.method === 'GET' || request.method === 'HEAD') {
				return send(new Request(pinned, request), { keepalive, headers: pin(request.headers) });
			}
			// A page that leaves will not be there when the body has been read.
			if (keepalive && isLeaving()) {
				const pins = Object.entries(PIN_HEADERS).flatMap(([name, header]) =>
					query[name] ? [[header, query[name]]] : [],
				);
				return send(request, { keepalive, headers: pin(request.headers, Object.fromEntries(pins)) });
			}
			return send(pinned, { ...(await buffered(request)), keepalive, headers: pin(request.headers) });
		};

		const pinAndSend = async () =>
			isRequest(input) || isRequest(init)
				? // Firefox forgets `keepalive` in a copy.
					pinRequest(new Request(input, init), init?.keepalive ?? (isRequest(input) && input.keepalive))
				: send(pinned, { ...init, headers: pin(init?.headers) });
		const reads = /^(?:get|head)$/i.test(init?.method ?? (isRequest(input) ? input.method : 'get'));
		const end = reads ? () => {} : begin();
		const response = await pinAndSend().finally(end);
		if (isStale(response)) onStale();
		return response;
	};
}

export const isStale = (response: Response): boolean => response.headers.get(STALE_HEADER) === '1';

/** `null` for other origins, for addresses that are not of the network, and for what is none: the browser has a word for it. */
function ownAddress(input: RequestInfo | URL): URL | null {
	try {
		const url = new URL(isRequest(input) ? input.url : new Request(input).url);
		return /^https?:$/.test(url.protocol) && url.origin === location.origin ? url : null;
	} catch {
		return null;
	}
}

/** By its brand: another frame's requests are of another class. */
function isRequest(value: unknown): value is Request {
	return Object.prototype.toString.call(value) === '[object Request]';
}

/** Changing the address of a request that has a body would make it a stream, which needs HTTP/2. */
async function buffered(request: Request): Promise<RequestInit> {
	const { method, credentials, redirect, referrer, referrerPolicy, cache, mode, integrity, signal } = request;
	const body = await request.arrayBuffer();
	return { method, credentials, redirect, referrer, referrerPolicy, cache, mode, integrity, signal, body };
}

function watchLeaving(): () => boolean {
	let leaving = false;
	const follow = ({ type }: Event) => {
		leaving = type === 'pagehide';
	};
	for (const event of ['pagehide', 'pageshow']) globalThis.addEventListener?.(event, follow, true);
	return () => leaving;
}
