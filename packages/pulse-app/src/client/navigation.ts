import type { Directives } from '../plugin.ts';
import { readPrerendered, requestPrerender } from './prerender.ts';

/** Tell the router that it may answer with a redirect to the document when the page's deployment is gone. */
const LOADER_HEADER = 'x-pulse-client-loader';
const LOADER_LOCATION_HEADER = 'x-pulse-client-loader-location';
/** A longer chain of redirects is left to the document, whose browser ends it with a message. */
const MAX_REDIRECTS = 5;

/** How `pulse.navigate` moves. */
export interface NavigateOptions {
	/** Replaces the current entry of the history instead of adding one. Default false. */
	readonly replace?: boolean;
}

/** `pulse.navigate`: resolves when the view is drawn, or the document is being loaded. */
export type Navigate = (url: string | URL, options?: NavigateOptions) => Promise<void>;

/**
 * Moves the page to another path of its app and keeps its render session, with everything in it. The document is loaded
 * instead when there is nothing to draw with or to draw: another origin, a deployment that is gone, no such view.
 */
export function createNavigation(parts: {
	/** Pinned to the page's deployment; must not act on the answer. */
	readonly send: typeof fetch;
	readonly renderId: string | undefined;
	readonly onView: ((view: unknown, url: URL) => void) | undefined;
	/** The address has changed and the view of its path is here. */
	readonly onMoved: (path: string, directives: Directives) => void;
}): Navigate {
	const { send, renderId, onView, onMoved } = parts;
	if (onView === undefined) return async (url, options) => load(url, options);
	let latest = 0;
	let shown = documentOf(new URL(location.href));

	const go = async (target: URL, options: NavigateOptions | 'back', redirects = 0): Promise<void> => {
		latest += 1;
		const attempt = latest;
		const here = new URL(location.href);
		// Within the document the browser scrolls by itself.
		if (options !== 'back' && documentOf(target) === documentOf(here) && target.hash !== here.hash) {
			return load(target, options);
		}
		if (target.origin !== here.origin) return load(target, options);
		const headers = { [LOADER_HEADER]: '1', [LOADER_LOCATION_HEADER]: target.href };
		const response = await requestPrerender(send, target, { headers, redirect: 'manual' }).catch(() => null);
		if (attempt !== latest) return;
		if (response === null || !response.ok) return load(target, options);
		// One that is cut off, or the page of a proxy on the way: after going back the address is already another.
		const answer = await readPrerendered(response, target.pathname).catch(() => null);
		if (attempt !== latest) return;
		if (answer === null) return load(target, options);
		if (answer.kind === 'redirect' && redirects < MAX_REDIRECTS) {
			return go(new URL(answer.path, target), options === 'back' ? { replace: true } : options, redirects + 1);
		}
		// Another render session: this page's own is gone.
		if (answer.kind !== 'view' || answer.directives.socketio.auth.render_id !== renderId) return load(target, options);
		if (options !== 'back') history[options.replace ? 'replaceState' : 'pushState'](null, '', target);
		shown = documentOf(target);
		onMoved(target.pathname, answer.directives);
		onView(answer.view, target);
	};
	addEventListener('popstate', () => {
		const target = new URL(location.href);
		if (documentOf(target) !== shown) void go(target, 'back');
	});
	return (url, options = {}) => go(new URL(url, location.href), options);
}

/** Loads the document at an address. After going back the address is there already. */
export function load(target: string | URL, options: NavigateOptions | 'back' = {}): void {
	if (options === 'back') {
		location.reload();
		return;
	}
	const url = new URL(target, location.href);
	// The address may be a visitor's word, e.g. `?next=`: as `javascript:` it would run in this page.
	if (!/^https?:$/.test(url.protocol)) throw new TypeError(`cannot go to a ${url.protocol} address`);
	if (options.replace) location.replace(url);
	else location.assign(url);
}

function documentOf({ origin, pathname, search }: URL): string {
	return origin + pathname + search;
}
