import { isOnCanary } from '../decide/canary.ts';
import type { ForwardContext } from '../forward/context.ts';
import { isSecure } from '../forward/forwarded.ts';
import { canaryVisit } from '../page/canary-visitor.ts';
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
	const { canary = null, activeId } = table;
	if (canary === null || activeId === null) return null;
	const peer = request.socket.remoteAddress ?? '';
	const { method = '', rawHeaders } = request;
	const page = pageHeadOf(head, rawHeaders);
	const visit = canaryVisit(canary, { method, rawHeaders, peer, isPinned: affinity !== '', head, page }, now());
	if (visit === null) return null;
	const onCanary = isOnCanary(visit.visitor) && table.deployment(canary.id)?.state === 'pending';
	const sides = samples.of(canary);
	return {
		view: onCanary ? { activeId: canary.id, deployment: (id) => table.deployment(id) } : table,
		opensPage: visit.opensPage,
		cookie: visit.written === null ? null : canaryCookie(visit.written, isSecure(head.forwarded, peer)),
		versionId: onCanary ? canary.id : activeId,
		sample: onCanary ? sides.canary : sides.active,
	};
}
