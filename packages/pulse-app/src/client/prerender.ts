import type { Directives } from '../plugin.ts';
import { deserialize } from '../wire/serialize.ts';
import { routeOf } from './route.ts';

/** What the server says about a path: a view in this page's render session, another path, or that there is none. */
export type Prerendered =
	| { readonly kind: 'view'; readonly view: unknown; readonly directives: Directives }
	| { readonly kind: 'redirect'; readonly path: string }
	| { readonly kind: 'not-found' };

export function requestPrerender(
	send: typeof fetch,
	url: URL,
	init: { readonly headers?: Record<string, string>; readonly redirect?: RequestRedirect } = {},
	former: string | null = null,
): Promise<Response> {
	const headers = { 'content-type': 'application/json', ...init.headers };
	const body = JSON.stringify({ paths: [url.pathname], routeInfo: routeOf(url), former });
	return send('/_pulse/prerender', { ...init, method: 'POST', headers, body });
}

export async function readPrerendered(response: Response, path: string): Promise<Prerendered> {
	const answer: unknown = await response.json();
	if (!Array.isArray(answer)) {
		const { redirect } = answer as { redirect?: string };
		return redirect === undefined ? { kind: 'not-found' } : { kind: 'redirect', path: redirect };
	}
	const { views, directives } = deserialize(answer) as {
		views: Record<string, { vdom: unknown }>;
		directives: Directives;
	};
	return { kind: 'view', view: views[path]?.vdom, directives };
}
