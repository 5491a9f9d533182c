import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Shows each new connection to `take` before Node's parser gets it. `toParser` hands it over, with what was read of it put
 * back by `unshift`. Node's server parses what it is told of by `connection`, in a listener of its own: that one is taken
 * out and called later. False where this Node has it otherwise: then its parser keeps them all, and nothing else changes.
 */
export function beforeParser(server: Server, take: (socket: Socket, toParser: () => void) => void): boolean {
	const [parse, ...others] = server.listeners('connection');
	if (parse === undefined || others.length > 0) return false;
	server.off('connection', parse as (socket: Socket) => void);
	server.on('connection', (socket) => take(socket, () => parse.call(server, socket)));
	return true;
}
