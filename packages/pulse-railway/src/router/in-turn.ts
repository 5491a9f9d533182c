import type { IncomingMessage } from 'node:http';
import type { RouterResponse } from './messages.ts';

const LAST = Symbol('last response on this connection');
const WAITING = Symbol('pipelined requests that wait');

type Connection = IncomingMessage['socket'] & { [LAST]?: RouterResponse; [WAITING]?: number };

/** Pipelined requests that may wait on one connection before it is no longer read: each costs kilobytes, and its sender 30 bytes. */
const MAX_WAITING = 32;

/**
 * Starts a pipelined request when the one before it is answered. Node would start all of them at once; on separate
 * backend connections a POST could then overtake the one it depends on.
 */
export function inTurn(request: IncomingMessage, response: RouterResponse, start: () => void) {
	const socket: Connection = request.socket;
	const previous = socket[LAST];
	socket[LAST] = response;
	if (previous === undefined) return start();
	const next = () => startAfter(previous, socket, start);
	if (previous.answered) return next();
	const waiting = (socket[WAITING] ?? 0) + 1;
	socket[WAITING] = waiting;
	// Not at once: at the end of every message that was read already, Node resumes.
	if (waiting >= MAX_WAITING) process.nextTick(pause, socket);
	previous.once('close', () => {
		socket[WAITING]!--;
		if (socket[WAITING] === MAX_WAITING - 1) socket.resume();
		next();
	});
}

function pause(socket: Connection) {
	if (socket[WAITING]! >= MAX_WAITING) socket.pause();
}

/** The same for a handshake, which has no response of its own. */
export function handshakeInTurn(socket: Connection, start: () => void) {
	// Nobody resumes it for what waits any more: what comes now is kept for whoever takes the handshake.
	socket[WAITING] = 0;
	const previous = socket[LAST];
	if (previous === undefined) return start();
	const next = () => startAfter(previous, socket, start);
	if (previous.answered) next();
	else previous.once('close', next);
}

/** After an answer that closes the connection nothing more is served: what follows may be part of a refused body. */
function startAfter(previous: RouterResponse, socket: Connection, start: () => void) {
	if (!previous.shouldKeepAlive) socket.destroySoon();
	else if (!socket.destroyed) start();
}

/** The response that this connection still owes; `null` when it owes none. */
export function owedResponse(socket: object): RouterResponse | null {
	const last = (socket as { [LAST]?: RouterResponse })[LAST];
	return last === undefined || last.answered ? null : last;
}
