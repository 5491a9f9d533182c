import { findTarget } from '../decide/resolve.ts';
import type { Container } from '../decide/route-table.ts';
import type { ClientRequest } from '../entry/client-messages.ts';
import type { RequestHead } from '../entry/request-head.ts';
import type { ForwardContext } from '../forward/context.ts';
import { kindOf } from './is-document.ts';
import type { PageHead } from './page-head.ts';
import { impliedPin } from './pins.ts';
import { PublicOrigin } from './public-origin.ts';

/**
 * The container app that a request without pin belongs to, where the newest version is none: one of an earlier kind drains
 * beside it, and its pages' styles, workers and forms say so by cookie or referrer alone (contract C1.2).
 */
export function impliedContainer(
	{ table, servicePrefix }: Pick<ForwardContext, 'table' | 'servicePrefix'>,
	request: Pick<ClientRequest, 'method' | 'socket'>,
	head: RequestHead,
	page: PageHead,
	query: string,
): Container | undefined {
	const kind = kindOf(page);
	const method = request.method!;
	const asked = { method, query, kind, page, origin: new PublicOrigin(head, request), session: true };
	const { version, source } = impliedPin(asked, (id) => findTarget(table, id, servicePrefix)?.container ?? null);
	const container = version ?? undefined;
	// Of an app that keeps tabs apart, a cookie speaks for no document but what a form has posted.
	const speaks = container?.affinity === 'session' || source !== 'cookie' || kind !== 'document' || method === 'POST';
	return speaks ? container : undefined;
}
