import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** A response by what Node documents alone. */
export class PlainResponse<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
	/**
	 * Only once its head is written. Node's own sends a head as UTF-8, which makes two bytes of each one beyond ASCII; with a
	 * body, and at the end, Node sends heads as Latin-1.
	 */
	override flushHeaders(): void {
		this.write('', 'latin1');
	}

	/** Nothing of it is still owed to the connection. */
	get answered(): boolean {
		return this.writableFinished;
	}

	/** A whole response as text; false when it is to be sent in pieces. */
	sendWhole(_status: number, _text: string): boolean {
		return false;
	}
}

/** Sends a whole response in one write, past everything that Node would still work out about it. */
export class WholeResponse<Request extends IncomingMessage = IncomingMessage> extends PlainResponse<Request> {
	#whole = false;

	/** Newer Nodes know only of what they sent themselves. */
	override get answered(): boolean {
		return this.#whole || this.writableFinished;
	}

	/**
	 * False when only Node can send it: behind another one, as the last on its connection, or to a client that does not read.
	 * The server learns of the end by `finish`, as ever.
	 */
	override sendWhole(status: number, text: string): boolean {
		const socket = this.socket;
		if (socket === null || !this.shouldKeepAlive || this.headersSent || this.req.httpVersionMinor === 0) return false;
		// Done at once, it would start the next pipelined request: one packet of those asks for gigabytes that its client never reads.
		if (socket.writableNeedDrain) return false;
		this.statusCode = status;
		socket.write(text, 'latin1');
		this.#whole = true;
		Object.assign(this, SENT);
		this.emit('finish');
		return true;
	}
}

/** What `headersSent` and `writableEnded` look at. */
const SENT = { _header: 'sent', finished: true };

const { headersSent, writableEnded } = Object.assign(new ServerResponse({} as IncomingMessage), SENT);
const knowsSent = headersSent && writableEnded;

/** The class for a server's responses. */
export function responseClass(internals: boolean): typeof PlainResponse {
	return internals && knowsSent ? WholeResponse : PlainResponse;
}

/** Where it is false, Node's server is to have every request. */
export const answersByHand = typeof ServerResponse.prototype.assignSocket === 'function';

/**
 * A response to a request that Node's server knows nothing of, put on its socket by hand. `keepAliveMs` is what the server
 * sets on the responses that it makes: the hint how long it keeps an idle connection.
 */
export function responseOn(
	socket: Socket,
	request: Pick<IncomingMessage, 'method' | 'httpVersionMajor' | 'httpVersionMinor'>,
	keepAliveMs: number,
): PlainResponse {
	const response = new PlainResponse(request as IncomingMessage);
	Object.assign(response, { _keepAliveTimeout: keepAliveMs });
	response.assignSocket(socket);
	return response;
}
