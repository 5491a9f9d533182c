import { randomBytes } from 'node:crypto';
import { systemClock } from 'pulse-deploy-kit/clock';
import type { ClientRequest } from 'pulse-edge/entry/client-messages';
import { createEdge } from 'pulse-edge/entry/edge';
import type { RequestTarget } from 'pulse-edge/entry/request-target';
import type { ForwardContext } from 'pulse-edge/forward/context';
import type { Answer } from 'pulse-edge/report/stale';
import { CONTROL_PATH, NEWEST_PATH, PAGE_ERRORS_PATH, ROUTER_HEALTH_PATH } from '../protocol.ts';
import { ActivityReporter } from './activity.ts';
import { Brake } from './brake.ts';
import { healthAnswer } from './health.ts';
import { controlAnswer } from './internal-endpoints.ts';
import { notListening } from './listen-failure.ts';
import { newestAnswer } from './newest-endpoint.ts';
import type { RouterOptions } from './options.ts';
import { ownPorts } from './own-ports.ts';
import { PageErrors } from './page-errors.ts';
import { pageErrorAnswer } from './page-errors-endpoint.ts';
import { RoutingTable } from './snapshot.ts';

export interface Router {
	readonly replicaId: string;
	/** For metrics. */
	readonly context: ForwardContext;
	readonly table: RoutingTable;
	/** Waits for a first snapshot, then listens. `host` absent: every address, both families. */
	listen(options: { port: number; host?: string }): Promise<{ port: number }>;
	/** Stops accepting, lets requests finish and sockets leave within `budgetMs`, then ends what is left. */
	close(options: { budgetMs: number }): Promise<void>;
}

/** The edge, kept current by the store, with the endpoints that Railway and the commands ask, and activity reported back. */
export function createRouter(options: RouterOptions): Router {
	const { store, log, snapshotFile: file, control, isSigned, internalToken = '' } = options;
	const clock = options.clock ?? systemClock;
	const now = () => clock.now();
	const replicaId = options.replicaId ?? randomBytes(8).toString('hex');
	const onChange = () => {
		reporter?.followed();
		options.onChange?.();
	};
	const table = new RoutingTable({ store, log, now, onChange, ...(file === undefined ? {} : { file }) });
	const pageErrors = new PageErrors({
		store,
		samples: () => edge.context.samples,
		table,
		tells: options.tellsPageErrors ?? (async () => false),
		log,
		now,
		...(options.pageErrorsMs === undefined ? {} : { everyMs: options.pageErrorsMs }),
	});
	const own = (request: ClientRequest, target: RequestTarget): Promise<Answer> | null => {
		if (target.path === ROUTER_HEALTH_PATH && request.method === 'GET') return health(request);
		if (request.method !== 'POST') return null;
		if (target.forward === NEWEST_PATH) {
			return newestAnswer(request, { store, internalToken, remembered: table.activeId });
		}
		if (target.forward === PAGE_ERRORS_PATH) return pageErrorAnswer(request, { pageErrors, internalToken });
		if (control === undefined || target.forward !== CONTROL_PATH) return null;
		return controlAnswer(request, control.handle, control.bodyLimit, (cause) => log.controlFailed(cause));
	};
	const health = async (request: ClientRequest) =>
		healthAnswer(edge.context, table, replicaId, (await isSigned?.(request)) ?? false);
	const network = ownPorts(options.network, table, options.servicePrefix ?? '');
	const comparesPageErrors = () => pageErrors.areCompared();
	const requestIdPrefix = replicaId.slice(0, 8);
	const edge = createEdge({ ...options, network, clock, table, own, comparesPageErrors, requestIdPrefix });
	let reporter: ActivityReporter | null = null;
	let brake: Brake | null = null;

	return {
		replicaId,
		context: edge.context,
		table,
		async listen({ port, host }) {
			await table.open(options.storePatienceMs ?? 3_000, options.startPatienceMs ?? 30_000);
			reporter = new ActivityReporter({
				store,
				upstreams: edge.context.upstreams,
				presence: edge.context.presence,
				table,
				log,
				replicaId,
				now,
				ttlMs: options.activityTtlMs ?? 45_000,
				heartbeatMs: options.heartbeatMs ?? 15_000,
			});
			brake = new Brake({
				store,
				samples: edge.context.samples,
				table,
				log,
				replicaId,
				now,
				onHalted: options.onHalted ?? (() => {}),
				...(options.brakeMs === undefined ? {} : { everyMs: options.brakeMs }),
			});
			const listening = await edge.listen({ port, ...(host === undefined ? {} : { host }) }).catch((error) => {
				throw notListening(error, port);
			});
			void reporter.report();
			return listening;
		},
		async close({ budgetMs }) {
			await edge.close({ budgetMs });
			pageErrors.close();
			await brake?.close();
			await reporter?.close();
			await table.close();
		},
	};
}
