import { randomBytes } from 'node:crypto';
import { Server as NetServer, type Socket } from 'node:net';
import { systemClock } from 'pulse-deploy-kit/clock';
import { ActivityReporter } from './activity.ts';
import { failureAnswer } from './answer.ts';
import { AssetMemory } from './assets.ts';
import { Upstreams } from './claim.ts';
import type { ForwardContext } from './context.ts';
import { drain } from './drain.ts';
import { healthAnswer } from './health.ts';
import { createHttpServer } from './http-server.ts';
import { controlAnswer } from './internal-endpoints.ts';
import { listenOn } from './listen.ts';
import { Lookups } from './lookup.ts';
import type { RouterOptions } from './options.ts';
import type { RouteContext } from './route.ts';
import { RoutingTable } from './snapshot.ts';
import { Uploads } from './uploads.ts';
import { Pool } from './upstream/pool.ts';

export interface Router {
	readonly replicaId: string;
	/** For metrics. */
	readonly context: ForwardContext;
	/** Waits for a first snapshot, then listens. `host` absent: every address, both families. */
	listen(options: { port: number; host?: string }): Promise<{ port: number }>;
	/** Stops accepting, lets requests finish and sockets leave within `budgetMs`, then ends what is left. */
	close(options: { budgetMs: number }): Promise<void>;
}

export function createRouter(options: RouterOptions): Router {
	const clock = options.clock ?? systemClock;
	const now = () => clock.now();
	const replicaId = options.replicaId ?? randomBytes(8).toString('hex');
	const { store, log } = options;
	const upstreams = new Upstreams(now);
	const table = new RoutingTable({
		store,
		log,
		now,
		onChange: () => reporter?.followed(),
		...(options.snapshotFile === undefined ? {} : { file: options.snapshotFile }),
	});
	const dial = {
		network: options.network,
		port: options.backendPort ?? 8000,
		connectTimeoutMs: options.connectTimeoutMs ?? 30_000,
		resolveRetryMs: options.resolveRetryMs ?? 3_000,
		...(options.onConnect ? { onConnect: options.onConnect } : {}),
	};
	const servicePrefix = options.servicePrefix ?? '';
	const connectionLimit = options.connectionLimit ?? 2048;
	const context: ForwardContext = {
		servicePrefix,
		table,
		upstreams,
		pool: new Pool({ ...dial, connectionLimit, onOutOfTurn: (service) => log.outOfTurn(service) }),
		uploads: new Uploads({ limit: Math.max(1, connectionLimit >> 1), patienceMs: dial.connectTimeoutMs }),
		dial,
		log,
		assets: options.assetFallback === false ? null : new AssetMemory(table, servicePrefix, now),
		exchanges: new Set(),
		tunnels: new Set(),
		idleTimeoutMs: options.idleTimeoutMs ?? 300_000,
		tick: 0,
		draining: false,
		failures: {},
	};
	const idPrefix = replicaId.slice(0, 8);
	let requests = 0;
	const route: RouteContext = {
		forward: context,
		lookups: new Lookups({ store, now }),
		nextRequestId: () => `${idPrefix}-${(requests++).toString(36)}`,
		own: {
			control: async (request) =>
				options.control === undefined
					? failureAnswer('internal-path')
					: controlAnswer(request, options.control.handle, options.control.bodyLimit, (cause) =>
							log.controlFailed(cause),
						),
			health: async (request) => healthAnswer(context, replicaId, (await options.isSigned?.(request)) ?? false),
		},
	};
	const server = createHttpServer(route, options.headersTimeoutMs ?? 30_000, options.direct ?? true);
	// The http server forgets those that asked for an upgrade, and waits for them all the same.
	const sockets = new Set<Socket>();
	server.on('connection', (socket) => {
		sockets.add(socket);
		socket.on('close', () => sockets.delete(socket));
	});
	const ticker = setInterval(() => sweep(context), 1_000);
	ticker.unref();
	let reporter: ActivityReporter | null = null;

	return {
		replicaId,
		context,
		async listen({ port, host }) {
			await table.open(options.storePatienceMs ?? 3_000, options.startPatienceMs ?? 30_000);
			reporter = new ActivityReporter({
				store,
				upstreams,
				table,
				log,
				replicaId,
				now,
				ttlMs: options.activityTtlMs ?? 45_000,
				heartbeatMs: options.heartbeatMs ?? 15_000,
			});
			const listening = await listenOn(server, { port, ...(host === undefined ? {} : { host }) });
			// Without a listener, a connection that could not be accepted would end the process.
			server.on('error', (error) => log.notAccepted(error));
			void reporter.report();
			return { port: listening };
		},
		async close({ budgetMs }) {
			context.draining = true;
			// Not the http server's close: that would cut idle connections on which a request may be on its way.
			const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
			const connections = () =>
				new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count ?? 0)));
			await drain(context, connections, budgetMs, clock, options.random ?? Math.random);
			for (const socket of sockets) socket.destroy();
			context.pool.close();
			clearInterval(ticker);
			await closed;
			await reporter?.close();
			await table.close();
			options.network.close();
		},
	};
}

/** Every second: ends requests on which nothing moved for too long, and notices clients that are gone and are not read. */
function sweep(context: ForwardContext): void {
	context.tick++;
	context.uploads.sweep();
	for (const exchange of context.exchanges) {
		const still = context.tick - exchange.lastProgress;
		if (still > context.idleTimeoutMs / 1000) exchange.expire();
		else if (still > 1) exchange.askClient();
	}
	for (const tunnel of context.tunnels) tunnel.askWhetherGone();
}
