import type { RouteInfo } from '../wire/messages.ts';

/** Where a browser at this address is. */
export function routeOf({ pathname, hash, search, searchParams }: URL): RouteInfo {
	return {
		pathname,
		hash,
		query: search,
		queryParams: Object.fromEntries(searchParams),
		pathParams: {},
		catchall: [],
	};
}
