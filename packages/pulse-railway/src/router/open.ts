import cluster from 'node:cluster';
import type { Logger } from 'pino';
import { systemClock } from 'pulse-deploy-kit/clock';
import { Secret } from 'pulse-deploy-kit/secret';
import type { ClientRequest } from 'pulse-edge/entry/client-messages';
import { headerRecord } from 'pulse-edge/raw-headers';
import { openBackends } from '../backends/backends.ts';
import { hurry } from '../backends/hurry.ts';
import type { RouterConfig } from '../config/router.ts';
import { VERSION } from '../config/version.ts';
import { CONTROL_BODY_LIMIT, handleControl } from '../control/handle.ts';
import { verifyControl } from '../control/sign.ts';
import { openPrivateNetwork } from '../private-network.ts';
import { openStore } from '../stores/open.ts';
import { createLog } from './log.ts';
import { openMetrics, orWithout } from './metrics.ts';
import { tellOfChanges } from './notices.ts';
import { plantSeed } from './plant-seed.ts';
import { createRouter } from './server.ts';

export interface OpenedRouter {
	readonly port: number;
	/** Drains, then closes everything that was opened. */
	close(drainMs: number): Promise<void>;
}

const HURRY_MS = 5_000;

/** One router process from its configuration, listening. */
export async function openRouter(config: RouterConfig, logger: Logger): Promise<OpenedRouter> {
	const log = createLog(logger, config.accessLog);
	const store = await openStore(config.storeUrl, { prefix: config.redisPrefix });
	if (config.seed !== undefined) await plantSeed(config.seed, store, log, systemClock);
	const network = openPrivateNetwork(
		config.privateNetworkFile === undefined ? {} : { file: config.privateNetworkFile },
	);
	const backends = openBackends({ network, port: config.backendPort, token: new Secret(config.internalToken) });
	const now = () => systemClock.now();
	const addressesOf = async (serviceName: string) => {
		const { replicas } = network;
		// What was seen before says nothing of now.
		if (replicas === undefined || !(await replicas.look(serviceName, config.backendPort))) return 0;
		return replicas.seen(serviceName, config.backendPort)?.length ?? 0;
	};
	const { sessions: probe, reload } = backends;
	const control = { store, probe, reload, now, addressesOf, version: VERSION, secret: config.controlToken };
	let tell = () => {};
	const router = createRouter({
		store,
		network,
		log,
		servicePrefix: config.servicePrefix,
		backendPort: config.backendPort,
		replicaSecret: config.internalToken,
		control: { handle: (request) => handleControl(request, control), bodyLimit: CONTROL_BODY_LIMIT },
		internalToken: config.internalToken,
		isSigned: async (request: ClientRequest) =>
			verifyControl(config.controlToken, headerRecord(request.rawHeaders), Buffer.alloc(0), now()) !== null,
		connectionLimit: config.connectionLimit,
		idleTimeoutMs: config.idleTimeoutMs,
		hiddenTabMs: config.hiddenTabMs,
		heartbeatMs: config.heartbeatMs,
		activityTtlMs: config.activityTtlMs,
		snapshotFile: config.snapshotFile,
		assetFallback: config.assetFallback,
		direct: config.ownParser,
		nodeInternals: config.nodeInternals,
		// A courtesy, as after a recall: the janitor tells them again.
		onHalted: (record) =>
			void hurry(record, backends, now(), AbortSignal.timeout(HURRY_MS)).catch((error: unknown) =>
				log.canaryTrouble(error),
			),
		tellsPageErrors: async (record) => {
			const said = await backends.sessions(record);
			return said.reachable ? said.tellsPageErrors === true : null;
		},
		// What a file says of a store that is away is no change.
		onChange: () => router.table.status().storeReachable && tell(),
		onConnect: (_serviceName, ms) => metrics.connected(ms),
	});
	const metrics = openMetrics(router.context, router.table);
	const { port } = await router.listen({ port: config.port });
	// The primary asks its workers and serves their sum.
	if (cluster.isWorker) metrics.answerPrimary();
	const endpoint =
		config.metricsPort === undefined || cluster.isWorker
			? null
			: await orWithout(metrics.listen(config.metricsPort), logger);
	const closing = new AbortController();
	tell = tellOfChanges({ store, notifying: config.notifying, log, clock: systemClock }, closing.signal);
	tell();
	log.note('listening', { port, replica: router.replicaId, metrics_port: endpoint?.port }, 'router listens');
	return {
		port,
		async close(drainMs) {
			log.note('draining', { budget_ms: drainMs }, 'router drains');
			await router.close({ budgetMs: drainMs });
			closing.abort();
			await endpoint?.close();
			await backends.close();
			await store.close();
			log.note('closed', {}, 'router closed');
		},
	};
}
