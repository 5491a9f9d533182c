import type { Directives } from '../plugin.ts';
import type { Reloader } from './reload.ts';

/** On answers to requests whose deployment is gone. */
const STALE_HEADER = 'x-pulse-stale-affinity';

/**
 * `fetch` for this page's own server: adds the directives, so that the deployment that served the page answers, and reloads
 * the page when that deployment is gone. Requests to other origins pass unchanged.
 */
export function createFetch(directives: () => Directives, reloader: Reloader): typeof fetch {
	return async (input, init) => {
		const request = new Request(input, init);
		const url = new URL(request.url, location.href);
		if (url.origin !== location.origin) return fetch(request);
		const { query, headers } = directives();
		for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
		const pinned = new Request(url, request.body === null ? request : await buffered(request));
		for (const [name, value] of Object.entries(headers)) pinned.headers.set(name, value);
		const response = await fetch(pinned);
		if (response.headers.get(STALE_HEADER) === '1') reloader.reload('its deployment is gone');
		return response;
	};
}

/** Changing the address of a request that has a body would make it a stream, which needs HTTP/2. */
async function buffered(request: Request): Promise<RequestInit> {
	const { method, headers, credentials, redirect, referrerPolicy, cache, mode, signal, keepalive } = request;
	const body = await request.arrayBuffer();
	return { method, headers, credentials, redirect, referrerPolicy, cache, mode, signal, keepalive, body };
}
