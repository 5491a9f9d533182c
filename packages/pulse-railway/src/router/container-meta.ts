import { affinityOf } from 'pulse-edge/decide/affinity';
import type { ClientRequest } from 'pulse-edge/entry/client-messages';
import type { RequestTarget } from 'pulse-edge/entry/request-target';
import { AFFINITY_HEADER } from 'pulse-edge/protocol';
import { headerOf } from 'pulse-edge/raw-headers';
import { jsonAnswer } from 'pulse-edge/report/answer';
import type { Answer } from 'pulse-edge/report/stale';
import { META_PATH } from '../protocol.ts';
import type { RoutingTable } from './snapshot.ts';

/** A container app cannot say which deployment it is; `null` for a request that is not for one. */
export function containerMeta(request: ClientRequest, target: RequestTarget, table: RoutingTable): Answer | null {
	if (target.path !== META_PATH || request.method !== 'GET') return null;
	const asked = affinityOf(target.query, headerOf(request.rawHeaders, AFFINITY_HEADER) ?? '');
	const id = asked || (table.activeId ?? '');
	if (table.deployment(id)?.container === undefined) return null;
	return jsonAnswer(200, { deployment_id: id });
}
