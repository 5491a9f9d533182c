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
	if (previous === undefined) return start();
	// After an answer that closes the connection nothing more is served: what follows may be part of a refused body.
	const next = () => {
		if (previous.shouldKeepAlive && !socket.destroyed) start();
	};
	if (previous.writableFinished) next();
	else previous.once('close', next);
}

/** The response that this connection still owes; `null` when it owes none. */
export function owedResponse(socket: object): ServerResponse | null {
	const last = (socket as { [LAST]?: ServerResponse })[LAST];
	return last === undefined || last.writableFinished ? null : last;
}
