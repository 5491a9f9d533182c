import { findTarget, leaveBy, type Target } from '../decide/resolve.ts';
import type { RequestHead } from '../entry/request-head.ts';
import type { Elsewhere } from '../forward/asset-exchange.ts';
import type { ForwardContext } from '../forward/context.ts';
import type { PinnedRequest, PinSource } from './pins.ts';

/**
 * Where else a request that nothing pins may be answered (contract C1.10): a part of a page by any version that is there, and
 * a document, e.g. what a session has made and its page links to, by the version of the tab in use. `null` for nowhere.
 */
export function whereElse(
	context: ForwardContext,
	{ kind, method, page }: PinnedRequest,
	head: RequestHead,
	source: PinSource,
): Elsewhere | null {
	if (context.assets === null || (source !== 'cookie' && source !== 'none')) return null;
	if (kind === 'part') return context.assets.wants(method, head) ? context.assets : null;
	const inUse = kind === 'document' && method === 'GET' && source === 'none' ? page.pageCookie : '';
	if (inUse === '' || leaveBy(context.table, inUse) !== null || head.chunked || head.contentLength > 0) return null;
	const found = findTarget(context.table, inUse, context.servicePrefix);
	return found === null ? null : new TabInUse(found);
}

class TabInUse implements Elsewhere {
	/** A page is what was asked for. */
	readonly noPages = false;
	readonly #target: Target;

	constructor(target: Target) {
		this.#target = target;
	}

	elsewhere(_target: string, _credentials: string, asked: string): Target[] {
		return asked === this.#target.id ? [] : [this.#target];
	}

	remember(): void {}

	rememberMissing(): void {}
}
