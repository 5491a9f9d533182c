import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { beforeParser } from '../node/before-parser.ts';
import { answersByHand } from '../node/response.ts';
import type { ClientRequest, ClientResponse } from './client-messages.ts';
import { DirectConnection, type DirectEntry } from './direct-connection.ts';

export interface DirectEntryOptions {
	readonly route: (request: ClientRequest, response: ClientResponse) => void;
	/** Answers a client that sent no request in time, or not all of one. */
	readonly refuse: (socket: Socket, code: string) => void;
	readonly keepAliveMs: number;
	/** How long a connection may be open without a request. */
	readonly headersTimeoutMs: number;
}

/**
 * Serves what browsers and edges send nearly always, a request that is whole and plain, without Node's parser, request and
 * response, which together cost more than all else that such a request needs (`npm run bench`). Everything that this does
 * not read with ease is handed to Node, as if it had just come.
 */
export function serveDirectly(server: Server, options: DirectEntryOptions): void {
	if (!answersByHand) return;
	const connections = new Set<DirectConnection>();
	const entry = {
		tick: 0,
		keepAliveMs: options.keepAliveMs,
		route: options.route,
		refuse: options.refuse,
		leave: (connection: DirectConnection) => void connections.delete(connection),
	} satisfies DirectEntry;
	const taken = beforeParser(server, (socket, toParser) => {
		connections.add(new DirectConnection(socket, entry, toParser));
	});
	if (!taken) return;
	const every = Math.min(options.headersTimeoutMs, 1_000);
	const sweep = setInterval(() => {
		entry.tick++;
		for (const connection of connections) {
			if (!connection.idle) continue;
			const idleMs = (entry.tick - connection.since) * every;
			if (connection.served ? idleMs > options.keepAliveMs : idleMs > options.headersTimeoutMs) connection.expire();
		}
	}, every);
	sweep.unref();
	server.once('close', () => clearInterval(sweep));
}
