import { IncomingMessage, type Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { PulseError } from '../errors.ts';

/** A transport that no server has: each refuses it, and no connection begins. */
const PROBE = '/socket.io/?EIO=4&transport=none';

/** What this uses of Engine.IO's server: called for each request at its path, before anything is decided. */
export interface Engine {
	handleRequest?(request: IncomingMessage, response: ServerResponse): void;
}

/**
 * Throws when a Socket.IO server of the app's own stands before ours at the same path: it would answer half of what pages
 * ask, and neither would ever connect. One refuses the probe at once; what only delays requests, e.g. a listener that waits
 * for something, has not answered by then and is none.
 */
export function refuseRival(server: Server, engine: Engine): void {
	let reached = false;
	engine.handleRequest = () => {
		reached = true;
	};
	const request = Object.assign(new IncomingMessage(new Socket()), { method: 'GET', url: PROBE });
	const response = new ServerResponse(request);
	server.emit('request', request, response);
	// From here on its class's own again.
	delete engine.handleRequest;
	if (reached || !response.headersSent) return;
	throw new PulseError(
		'socket-io-path-taken',
		'A Socket.IO server of your own answers at /socket.io/, which pages of this app use.',
		{
			next: `Give yours another path, on the server and in the browser:
    new Server(server, { path: '/chat.io/' })
    io({ path: '/chat.io/' })`,
		},
	);
}
