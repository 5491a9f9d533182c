import { type CanaryTraffic, isOnCanary, type Visitor } from '../decide/canary.ts';
import type { RouteTable, RoutingView } from '../decide/route-table.ts';
import type { ForwardContext } from '../forward/context.ts';
import { isSecure } from '../forward/forwarded.ts';
import type { Sample } from '../forward/samples.ts';
import { canaryVisit, knownVisitor } from '../page/canary-visitor.ts';
import { type Drawn, drawnVisit } from '../page/drawn-visitor.ts';
import type { Lane } from '../page/lane.ts';
import { canaryCookie } from '../page/lane-page.ts';
import type { ClientRequest } from './client-messages.ts';
import { pageHeadOf, type RequestHead } from './request-head.ts';

/** `null` where no canary runs, and for who is not its visitor: then the table is as it is. */
export function findLane(
	{ table, samples, now }: ForwardContext,
	request: Pick<ClientRequest, 'method' | 'rawHeaders' | 'socket'>,
	head: RequestHead,
	affinity: string,
): Lane | null {
	const { canary = null, drawn = null, activeId } = table;
	if (drawn !== null && activeId !== null) return drawnLane(drawn, table, activeId, { request, head, affinity });
	if (canary === null || activeId === null) return null;
	const peer = request.socket.remoteAddress ?? '';
	const { method = '', rawHeaders } = request;
	const page = pageHeadOf(head, rawHeaders);
	const visit = canaryVisit(canary, { method, rawHeaders, peer, isPinned: affinity !== '', head, page }, now());
	if (visit === null) return null;
	const onCanary = getsCanary(table, canary, visit.visitor);
	const sides = samples.of(canary);
	return {
		view: onCanary ? { activeId: canary.id, deployment: (id) => table.deployment(id) } : table,
		opensPage: visit.opensPage,
		cookie: visit.written === null ? null : canaryCookie(visit.written, isSecure(head.forwarded, peer)),
		versionId: onCanary ? canary.id : activeId,
		sample: onCanary ? sides.canary : sides.active,
	};
}

interface Visits extends Pick<ForwardContext, 'samples' | 'now'> {
	readonly table: RoutingView & Pick<RouteTable, 'canary'>;
}

/**
 * Where a version counts what it says of a visitor itself, whose requests are counted by {@link findLane}. `null` for who is no
 * visitor of the canary that runs, or has another version.
 *
 * @param cookies its `Cookie` header
 */
export function sampleOfVisitor({ table, samples, now }: Visits, cookies: string, versionId: string): Sample | null {
	const { canary = null, activeId } = table;
	const visitor = canary === null ? null : knownVisitor(canary, ['cookie', cookies], now());
	if (canary === null || visitor === null) return null;
	const onCanary = getsCanary(table, canary, visitor);
	if (versionId !== (onCanary ? canary.id : activeId)) return null;
	const sides = samples.of(canary);
	return onCanary ? sides.canary : sides.active;
}

function getsCanary(table: RoutingView, canary: CanaryTraffic, visitor: Visitor): boolean {
	return isOnCanary(visitor) && table.deployment(canary.id)?.state === 'pending';
}

interface Asking {
	readonly request: Pick<ClientRequest, 'method' | 'rawHeaders' | 'socket'>;
	readonly head: RequestHead;
	readonly affinity: string;
}

/** Of the version that is served here, as the load balancer in front has drawn it. */
function drawnLane(
	drawn: Drawn,
	table: RouteTable,
	activeId: string,
	{ request, head, affinity }: Asking,
): Lane | null {
	const { method, rawHeaders } = request;
	const page = pageHeadOf(head, rawHeaders);
	// As the load balancer tells a new page.
	const opensPage = affinity === '' && method === 'GET' && page.fetchDest === 'document';
	const visit = drawnVisit(drawn, headersOf(rawHeaders, 'cookie'), opensPage);
	if (visit === null) return null;
	const secure = isSecure(head.forwarded, request.socket.remoteAddress ?? '');
	return {
		view: table,
		opensPage,
		cookie: visit.written === null ? null : canaryCookie(visit.written, secure),
		versionId: activeId,
		sample: drawn.sample,
	};
}

function headersOf(raw: readonly string[], name: string): string[] {
	return raw.filter((_, at) => at % 2 === 1 && raw[at - 1]!.toLowerCase() === name);
}
