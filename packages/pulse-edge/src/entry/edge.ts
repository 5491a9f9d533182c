import { Server as NetServer, type Socket } from 'node:net';
import { AssetMemory } from '../forward/assets.ts';
import { Upstreams } from '../forward/claim.ts';
import type { ForwardContext } from '../forward/context.ts';
import { Samples } from '../forward/samples.ts';
import { Uploads } from '../forward/uploads.ts';
import { Presence } from '../page/presence.ts';
import { HIDDEN_TAB_SECONDS } from '../protocol.ts';
import { Pool } from '../upstream/pool.ts';
import { Replicas } from '../upstream/replicas.ts';
import { drain } from './drain.ts';
import { createHttpServer } from './http-server.ts';
import { listenOn } from './listen.ts';
import type { EdgeOptions } from './options.ts';
import type { RouteContext } from './route.ts';

/** The data plane: takes requests and websockets, and forwards each to the deployment that the table names. */
export interface Edge {
	/** What it counts, and whom it serves now. */
	readonly context: ForwardContext;
	/** `host` absent: every address, both families. */
	listen(options: { port: number; host?: string }): Promise<{ port: number }>;
	/** Stops accepting, lets requests finish and sockets leave within `budgetMs`, then ends what is left. */
	close(options: { budgetMs: number }): Promise<void>;
}

export function createEdge(options: EdgeOptions): Edge {
	const { table, log, clock } = options;
	const now = () => clock.now();
	const random = options.random ?? Math.random;
	const port = options.backendPort ?? 8000;
	const { network, replicaSecret: secret } = options;
	const replicas = new Replicas({ network, port, secret, now, random });
	const dial = {
		network: replicas.network,
		port,
		budgetOf: replicas.budgetOf,
		connectTimeoutMs: options.connectTimeoutMs ?? 30_000,
		resolveRetryMs: options.resolveRetryMs ?? 3_000,
		...(options.onConnect ? { onConnect: options.onConnect } : {}),
	};
	const servicePrefix = options.servicePrefix ?? '';
	const connectionLimit = options.connectionLimit ?? 2048;
	const context: ForwardContext = {
		servicePrefix,
		table,
		upstreams: new Upstreams(now),
		pool: new Pool({ ...dial, connectionLimit, onOutOfTurn: (service) => log.outOfTurn(service) }),
		replicas,
		uploads: new Uploads({ limit: Math.max(1, connectionLimit >> 1), patienceMs: dial.connectTimeoutMs }),
		dial,
		log,
		assets: options.assetFallback === false ? null : new AssetMemory(table, servicePrefix, now),
		presence: new Presence({ now, hiddenMs: options.hiddenTabMs ?? HIDDEN_TAB_SECONDS * 1000 }),
		samples: new Samples(),
		comparesPageErrors: options.comparesPageErrors ?? (() => true),
		exchanges: new Set(),
		tunnels: new Set(),
		idleTimeoutMs: options.idleTimeoutMs ?? 300_000,
		now,
		nodeInternals: options.nodeInternals ?? true,
		tick: 0,
		draining: false,
		failures: {},
	};
	let requests = 0;
	const route: RouteContext = {
		forward: context,
		own: options.own ?? (() => null),
		front: options.front ?? 'names-client',
		nextRequestId: () => `${options.requestIdPrefix}-${(requests++).toString(36)}`,
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

	return {
		context,
		async listen({ port, host }) {
			const listening = await listenOn(server, { port, ...(host === undefined ? {} : { host }) });
			// Without a listener, a connection that could not be accepted would end the process.
			server.on('error', (error) => log.notAccepted(error));
			return { port: listening };
		},
		async close({ budgetMs }) {
			context.draining = true;
			// Not the http server's close: that would cut idle connections on which a request may be on its way.
			const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
			const connections = () =>
				new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count ?? 0)));
			await drain(context, connections, budgetMs, clock, random);
			for (const socket of sockets) socket.destroy();
			context.pool.close();
			clearInterval(ticker);
			await closed;
		},
	};
}

/** Every second: ends requests on which nothing moved for too long, and notices clients that are gone and are not read. */
function sweep(context: ForwardContext): void {
	context.tick++;
	context.uploads.sweep();
	context.presence.sweep();
	context.replicas.sweep();
	for (const exchange of context.exchanges) {
		const still = context.tick - exchange.lastProgress;
		if (still > context.idleTimeoutMs / 1000) exchange.expire();
		else if (still > 1) exchange.askClient();
	}
	for (const tunnel of context.tunnels) tunnel.askWhetherGone();
}
