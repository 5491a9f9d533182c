import type { RouteInfo } from '../wire/messages.ts';

/** Where the browser is. */
export function currentRoute(): RouteInfo {
	const { pathname, hash, search } = location;
	return {
		pathname,
		hash,
		query: search,
		queryParams: Object.fromEntries(new URLSearchParams(search)),
		pathParams: {},
		catchall: [],
	};
}
