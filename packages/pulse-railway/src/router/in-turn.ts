import type { IncomingMessage, ServerResponse } from 'node:http';

const LAST = Symbol('last response on this connection');

/**
 * Starts a pipelined request when the one before it is answered. Node would start all of them at once; on separate
 * backend connections a POST could then overtake the one it depends on.
 */
export function inTurn(request: IncomingMessage, response: ServerResponse, start: () => void) {
	const socket = request.socket as typeof request.socket & { [LAST]?: ServerResponse };
	const previous = socket[LAST];
	socket[LAST] = response;
	if (previous === undefined || previous.writableFinished) return start();
	previous.once('close', () => {
		if (!socket.destroyed) start();
	});
}

/** Runs when the connection owes no answer any more. */
export function afterLast(socket: object, run: () => void) {
	const last = (socket as { [LAST]?: ServerResponse })[LAST];
	if (last === undefined || last.writableFinished) run();
	else last.once('close', run);
}
