import type { ForwardContext } from 'pulse-edge/forward/context';
import { jsonAnswer } from 'pulse-edge/report/answer';
import type { Answer } from 'pulse-edge/report/stale';
import type { RoutingTable } from './snapshot.ts';

/**
 * Liveness for Railway's healthcheck. A router that has never known where to route is not alive; one that lost its store
 * is, and says so in the detail, which only a signed request gets.
 */
export function healthAnswer(
	context: ForwardContext,
	table: RoutingTable,
	replicaId: string,
	detailed: boolean,
): Answer {
	const { upstreams, tunnels, exchanges, pool } = context;
	const status = table.loaded ? 200 : 503;
	if (!detailed) return jsonAnswer(status, { ok: table.loaded });
	const { source, revision, ageMs, storeReachable } = table.status();
	return jsonAnswer(status, {
		ok: table.loaded,
		replica_id: replicaId,
		draining: context.draining,
		store_reachable: storeReachable,
		snapshot: { source, revision, age_ms: ageMs, active_deployment_id: table.activeId },
		requests_in_flight: exchanges.size,
		open_sockets: tunnels.size,
		backend_connections: pool.open,
		deployments: [...upstreams.all()].map(({ id, inFlight, sockets, requests }) => ({
			id,
			in_flight: inFlight,
			sockets,
			requests,
		})),
	});
}
