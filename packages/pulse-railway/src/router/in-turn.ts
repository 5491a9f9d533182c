import type { IncomingMessage } from 'node:http';
import type { RouterResponse } from './messages.ts';

const LAST = Symbol('last response on this connection');

/**
 * Starts a pipelined request when the one before it is answered. Node would start all of them at once; on separate
 * backend connections a POST could then overtake the one it depends on.
 */
export function inTurn(request: IncomingMessage, response: RouterResponse, start: () => void) {
	const socket = request.socket as typeof request.socket & { [LAST]?: RouterResponse };
	const previous = socket[LAST];
	socket[LAST] = response;
	if (previous === undefined) return start();
	// After an answer that closes the connection nothing more is served: what follows may be part of a refused body.
	const next = () => {
		if (previous.shouldKeepAlive && !socket.destroyed) start();
	};
	if (previous.answered) next();
	else previous.once('close', next);
}

/** The response that this connection still owes; `null` when it owes none. */
export function owedResponse(socket: object): RouterResponse | null {
	const last = (socket as { [LAST]?: RouterResponse })[LAST];
	return last === undefined || last.answered ? null : last;
}
