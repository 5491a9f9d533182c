import { randomBytes } from 'node:crypto';
import { type Clock, systemClock } from 'pulse-deploy-kit/clock';
import { DeployToolError } from 'pulse-deploy-kit/errors';
import { createEdge } from 'pulse-edge/entry/edge';
import { createEdgeLog, type Lines, reasonOf } from 'pulse-edge/report/log';
import type { ServiceNetwork } from 'pulse-edge/upstream/network';
import type { SidecarConfig } from '../config/sidecar.ts';
import { CanaryParts } from '../task/canary-part.ts';
import { type DrainWatch, watchDrain } from '../task/drain-watch.ts';
import { publishMetrics } from '../task/metrics.ts';
import { awaitLastRequest } from './await-last-request.ts';
import { ownVersion } from './own-version.ts';
import { taskFigures } from './task-figures.ts';
import { taskUse } from './task-use.ts';

export interface OpenedSidecar {
	readonly port: number;
	/** Serves on until the load balancer sends nothing new, then drains; ends what is left after `budgetMs`. */
	close(budgetMs: number): Promise<void>;
}

export interface SidecarParts {
	readonly config: SidecarConfig;
	readonly logger: Lines;
	/** Loaded when visitors are served already: the SDK takes longer to load than all else. */
	parameterStore(): Promise<DrainWatch['ssm']>;
	/** Default: the system's. */
	readonly clock?: Clock;
}

/** Of the time that a stop may take, so much at most goes by while new requests are still taken. */
const TAKING_SHARE = 0.3;

/**
 * The edge of the one app beside it, listening, with the task's word in Parameter Store (contract A16).
 * @throws when its port is taken
 */
export async function openSidecar(parts: SidecarParts): Promise<OpenedSidecar> {
	const { config, logger, clock = systemClock } = parts;
	const canary = new CanaryParts(config.deploymentId);
	const table = ownVersion(config, canary);
	const edge = createEdge({
		table,
		network: BESIDE,
		backendPort: config.upstreamPort,
		log: createEdgeLog(logger, 'failures'),
		clock,
		front: 'appends-client',
		requestIdPrefix: randomBytes(4).toString('hex'),
		hiddenTabMs: config.hiddenTabSeconds * 1000,
		// There is no other version to look on.
		assetFallback: false,
	});
	const { port } = await edge.listen({ port: config.port }).catch((cause) => {
		throw notListening(cause, config.port);
	});
	logger.info({ event: 'listening', port, app_port: config.upstreamPort }, 'sidecar listens');
	const inUse = () => taskUse(edge.context, config.deploymentId, clock.now());
	const stop = new AbortController();
	if (config.metrics) {
		const figures = () => taskFigures(edge.context);
		void publishMetrics({ ...config, figures, log: logger, clock, signal: stop.signal });
	}
	const random = Math.random;
	void parts
		.parameterStore()
		.then((ssm) => {
			const { signal } = stop;
			return watchDrain({
				variables: config,
				ssm,
				inUse,
				onLeaveBy: table.leaveBy,
				canary,
				log: logger,
				clock,
				random,
				signal,
			});
		})
		.catch((error) => logger.error({ event: 'not-watching', ...reasonOf(error) }, 'the drain state is not watched'));
	return {
		port,
		async close(budgetMs) {
			logger.info({ event: 'draining', budget_ms: budgetMs }, 'sidecar drains');
			const end = clock.now() + budgetMs;
			await awaitLastRequest(inUse, budgetMs * TAKING_SHARE, clock);
			await edge.close({ budgetMs: Math.max(0, end - clock.now()) });
			stop.abort();
			logger.info({ event: 'closed' }, 'sidecar closed');
		},
	};
}

/** Containers of a task share its network. */
const BESIDE: ServiceNetwork = {
	address: (_service, port) => ({ host: '127.0.0.1', port }),
	refresh: () => false,
};

function notListening(cause: NodeJS.ErrnoException, port: number): Error {
	if (cause.code !== 'EADDRINUSE') return cause;
	const next = 'The app may listen there: give the sidecar another port with PULSE_EDGE_PORT.';
	return new DeployToolError('sidecar-listen', `port ${port} is already in use`, { fault: 'user', next, cause });
}
