import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { DeployToolError } from 'pulse-deploy-kit/errors';
import { BACKLOG } from 'pulse-edge/entry/backlog';
import { isOwnName } from '../own-machine.ts';
import { createUpstreamAgent, forwardHttp, MAX_HEAD_SIZE } from './forward-http.ts';
import { forwardUpgrade } from './forward-upgrade.ts';

/** Public addresses: one listener on 127.0.0.1 a domain, its port kept for the life of the domain. */
export interface Edge {
	/** Port 0 takes a free one; returns the port. */
	open(instanceId: string, port: number): Promise<number>;
	close(port: number): void;
	closeAll(): Promise<void>;
}

/** Idle browser connections are closed after this (facts §6). */
const KEEP_ALIVE_MS = 60_000;

export function createEdge(portsOf: (instanceId: string) => readonly number[] | null): Edge {
	const servers = new Map<number, Server>();
	/** Upgraded ones too, which no server counts among its connections, but waits for. */
	const sockets = new Set<Socket>();
	const agent = createUpstreamAgent();
	return {
		async open(instanceId, port) {
			// A random replica, no stickiness (facts §6).
			const random = () => {
				const ports = portsOf(instanceId);
				return ports === null ? null : (ports[Math.floor(Math.random() * ports.length)] ?? 'down');
			};
			// As at the real edge a name that was not registered leads nowhere; here it would be DNS rebinding.
			const pickFor = ({ headers }: IncomingMessage) => (isOwnName(headers.host) ? random : () => null);
			const server = createServer({ maxHeaderSize: MAX_HEAD_SIZE });
			// Beyond its limit Node drops headers silently.
			server.maxHeadersCount = 0;
			const onRequest = (request: IncomingMessage, response: ServerResponse) =>
				forwardHttp(pickFor(request), agent, request, response);
			server.on('request', onRequest);
			// It is the service that asks for the body.
			server.on('checkContinue', onRequest);
			server.on('checkExpectation', onRequest);
			server.on('connection', (socket) => {
				sockets.add(socket);
				socket.once('close', () => sockets.delete(socket));
			});
			server.on('upgrade', (request, socket, head) => forwardUpgrade(pickFor(request)(), request, socket, head));
			server.keepAliveTimeout = KEEP_ALIVE_MS;
			server.requestTimeout = 0;
			const bound = await listen(server, port);
			servers.set(bound, server);
			return bound;
		},
		close(port) {
			const server = servers.get(port);
			server?.close();
			server?.closeIdleConnections();
			servers.delete(port);
		},
		async closeAll() {
			agent.destroy();
			const closed = [...servers.values()].map((server) => new Promise((done) => server.close(done)));
			for (const socket of sockets) socket.destroy();
			await Promise.all(closed);
			servers.clear();
		},
	};
}

/** What a domain's port leads to: a replica, nothing that runs, or nothing deployed. */
export type Target = number | 'down' | null;

/** `chosen`: the user named the port just now; otherwise it is remembered. */
export function listen(server: Server, port: number, chosen = false): Promise<number> {
	return new Promise((resolve, reject) => {
		// For good: later ones are connections that could not be accepted, and unheard would end the platform.
		server.on('error', (cause: NodeJS.ErrnoException) =>
			reject(
				new DeployToolError('local-port-taken', `127.0.0.1:${port} cannot be opened: ${cause.code}`, {
					fault: 'user',
					...(chosen
						? { next: 'Give another --port, or none for any free one.' }
						: {
								detail: 'The local platform keeps this address across restarts, and another program has it now.',
								next: 'Stop that program, or remove the state: pulse-railway local down --purge, with the --dir of this platform',
							}),
					cause,
				}),
			),
		);
		server.listen({ port, host: '127.0.0.1', backlog: BACKLOG }, () => resolve((server.address() as AddressInfo).port));
	});
}
