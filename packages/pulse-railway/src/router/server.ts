import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Server as NetServer } from 'node:net';
import { type Clock, systemClock } from 'pulse-deploy-kit/clock';
import type { DeploymentStore } from '../deployments/store.ts';
import type { PrivateNetwork } from '../private-network.ts';
import { ActivityReporter } from './activity.ts';
import { failureAnswer, writeRawAnswer } from './answer.ts';
import { AssetMemory } from './assets.ts';
import { Upstreams } from './claim.ts';
import { countFailure, type ForwardContext } from './context.ts';
import { drain } from './drain.ts';
import type { FailureCause } from './failures.ts';
import { healthAnswer } from './health.ts';
import { inTurn, owedResponse } from './in-turn.ts';
import { type ControlHandler, controlAnswer } from './internal-endpoints.ts';
import type { Log } from './log.ts';
import { Lookups } from './lookup.ts';
import { RouterRequest, RouterResponse } from './messages.ts';
import { type RouteContext, routeRequest, routeUpgrade } from './route.ts';
import { RoutingTable } from './snapshot.ts';
import { Pool } from './upstream/pool.ts';

export interface RouterOptions {
	readonly store: DeploymentStore;
	readonly network: PrivateNetwork;
	readonly log: Log;
	/** Default none. */
	readonly servicePrefix?: string;
	/** Port of every backend. Default 8000. */
	readonly backendPort?: number;
	/** Answers signed control requests; without it the endpoint does not exist. */
	readonly control?: { readonly handle: ControlHandler; readonly bodyLimit: number };
	/** Is this health request signed? Default: none is. */
	readonly isSigned?: (request: IncomingMessage) => Promise<boolean>;
	/** 16 lowercase hex characters. Default random. */
	readonly replicaId?: string;
	/** Backend connections for requests. Default 2048. */
	readonly connectionLimit?: number;
	/** Default 30,000. */
	readonly connectTimeoutMs?: number;
	/** Default 3,000. */
	readonly resolveRetryMs?: number;
	/** A request ends after this long without a byte either way. Default 300,000. */
	readonly idleTimeoutMs?: number;
	/** How long a client may take for its request's headers. Default 30,000. */
	readonly headersTimeoutMs?: number;
	/** Default 15,000. */
	readonly heartbeatMs?: number;
	/** Default 45,000. */
	readonly activityTtlMs?: number;
	/** How long a start waits for the store before it turns to the snapshot file. Default 3,000. */
	readonly storePatienceMs?: number;
	/** Keeps the last snapshot. Default: not kept. */
	readonly snapshotFile?: string;
	/** Default true. */
	readonly assetFallback?: boolean;
	readonly onConnect?: (serviceName: string, ms: number) => void;
	readonly clock?: Clock;
	/** In [0, 1). */
	readonly random?: () => number;
}

export interface Router {
	readonly replicaId: string;
	/** For metrics. */
	readonly context: ForwardContext;
	/** Waits for a first snapshot, then listens. `host` absent: every address, both families. */
	listen(options: { port: number; host?: string }): Promise<{ port: number }>;
	/** Stops accepting, lets requests finish and sockets leave within `budgetMs`, then ends what is left. */
	close(options: { budgetMs: number }): Promise<void>;
}

/** Node answers a larger head with 431; Railway's edge passes 32 KB at most (facts/railway.md §6). */
const MAX_HEADER_SIZE = 65_536;
/** Longer than the edge keeps idle connections (60 s), so that it is the edge that closes them. */
const KEEP_ALIVE_MS = 75_000;

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
	const context: ForwardContext = {
		servicePrefix,
		table,
		upstreams,
		pool: new Pool({ ...dial, connectionLimit: options.connectionLimit ?? 2048 }),
		dial,
		log,
		assets: options.assetFallback === false ? null : new AssetMemory(table, servicePrefix),
		exchanges: new Set(),
		tunnels: new Set(),
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
	const server = createHttpServer(route, options.headersTimeoutMs ?? 30_000);
	const ticker = setInterval(() => sweep(context, (options.idleTimeoutMs ?? 300_000) / 1000), 1_000);
	ticker.unref();
	let reporter: ActivityReporter | null = null;

	return {
		replicaId,
		context,
		async listen({ port, host }) {
			await table.open(options.storePatienceMs ?? 3_000);
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
			await new Promise<void>((resolve, reject) => {
				server.once('error', reject);
				server.listen({ port, ...(host === undefined ? {} : { host }) }, resolve);
			});
			void reporter.report();
			return { port: (server.address() as AddressInfo).port };
		},
		async close({ budgetMs }) {
			context.draining = true;
			// Not the http server's close: that would cut idle connections on which a request may be on its way.
			const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
			const connections = () =>
				new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count ?? 0)));
			await drain(context, connections, budgetMs, clock, options.random ?? Math.random);
			server.closeIdleConnections();
			server.closeAllConnections();
			context.pool.close();
			clearInterval(ticker);
			await closed;
			await reporter?.close();
			await table.close();
			options.network.close();
		},
	};
}

function createHttpServer(
	route: RouteContext,
	headersTimeoutMs: number,
): Server<typeof RouterRequest, typeof RouterResponse> {
	const server = createServer({
		IncomingMessage: RouterRequest,
		ServerResponse: RouterResponse,
		// Checked with the other rules for heads; here it would build a header object for every request.
		requireHostHeader: false,
		// What a slow reader may be ahead of: below it a backend is not paused, which costs system calls.
		highWaterMark: 262_144,
		keepAliveTimeout: KEEP_ALIVE_MS,
		headersTimeout: headersTimeoutMs,
		// Large uploads take as long as they take; the idle sweep ends those that stall.
		requestTimeout: 0,
		connectionsCheckingInterval: Math.min(headersTimeoutMs, 5_000),
		maxHeaderSize: MAX_HEADER_SIZE,
		insecureHTTPParser: false,
		noDelay: true,
	});
	// Beyond its limit Node drops headers silently, and which ones is up to whoever sends them.
	server.maxHeadersCount = 0;
	const onRequest = (request: RouterRequest, response: RouterResponse) => {
		response.sendDate = false;
		inTurn(request, response, () => routeRequest(route, request, response));
	};
	server.on('request', onRequest);
	server.on('checkContinue', onRequest);
	server.on('upgrade', (request, socket, early) => {
		const upgrade = () => routeUpgrade(route, request, socket as Socket, early);
		const owed = owedResponse(socket);
		if (owed === null) upgrade();
		else owed.once('close', upgrade);
	});
	server.on('connect', (_request, socket) => {
		writeRawAnswer(socket as Socket, failureAnswer('method-not-allowed'));
	});
	server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
		const cause = PARSE_FAILURES[error.code ?? ''] ?? 'bad-request';
		if (error.code === 'ECONNRESET' || !socket.writable) return socket.destroy();
		countFailure(route.forward.failures, cause);
		route.forward.log.refusedInput(error.code ?? '', (socket as Socket).remoteAddress ?? '');
		const owed = owedResponse(socket);
		const answer = () => writeRawAnswer(socket as Socket, failureAnswer(cause));
		if (owed === null) answer();
		// The answer to the request before comes first, unless it is that one's body which is malformed.
		else if (owed.req.complete) owed.once('close', answer);
		else if (!owed.headersSent) answer();
		else socket.destroy();
	});
	return server;
}

const PARSE_FAILURES: Readonly<Record<string, FailureCause>> = {
	HPE_HEADER_OVERFLOW: 'headers-too-large',
	ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
};

/** Ends requests on which nothing moved for `idleSeconds`. */
function sweep(context: ForwardContext, idleSeconds: number): void {
	context.tick++;
	for (const exchange of context.exchanges) {
		if (context.tick - exchange.lastProgress > idleSeconds) exchange.expire();
	}
}
