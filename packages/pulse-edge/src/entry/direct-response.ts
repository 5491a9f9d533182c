import type { Socket } from 'node:net';
import { type PlainResponse, responseOn } from '../node/response.ts';
import type { ClientRequest, ClientResponse } from './client-messages.ts';
import type { DirectConnection } from './direct-connection.ts';

/**
 * The answer to a request that came past Node's parser. A small whole one is written as it is. For everything else — pieces,
 * chunks, trailers, a last answer — there is Node's own response, made when it is needed and put on the socket by hand.
 */
export class DirectResponse implements ClientResponse {
	readonly req: ClientRequest;
	readonly #socket: Socket;
	readonly #connection: DirectConnection;
	readonly #keepAliveMs: number;
	#node: PlainResponse | null = null;
	#status = 200;
	#keepAlive: boolean;
	#whole = false;
	#closed = false;
	#onClose: (() => void) | null = null;

	constructor(connection: DirectConnection, request: ClientRequest, keepAlive: boolean, keepAliveMs: number) {
		this.#connection = connection;
		this.#socket = request.socket;
		this.req = request;
		this.#keepAlive = keepAlive;
		this.#keepAliveMs = keepAliveMs;
	}

	get socket(): Socket | null {
		return this.#node === null ? (this.#whole ? null : this.#socket) : this.#node.socket;
	}

	get headersSent(): boolean {
		return this.#whole || this.#node?.headersSent === true;
	}

	/** Its client is gone, or has all of it. */
	get destroyed(): boolean {
		return this.#closed;
	}

	get statusCode(): number {
		return this.#node?.statusCode ?? this.#status;
	}

	get shouldKeepAlive(): boolean {
		return this.#node?.shouldKeepAlive ?? this.#keepAlive;
	}

	set shouldKeepAlive(keep: boolean) {
		this.#keepAlive = keep;
		if (this.#node !== null) this.#node.shouldKeepAlive = keep;
	}

	sendWhole(status: number, text: string): boolean {
		if (this.#node !== null || this.#whole || !this.#keepAlive || this.#socket.writableNeedDrain) return false;
		this.#status = status;
		this.#whole = true;
		this.#socket.write(text, 'latin1');
		this.#connection.onAnswered(this);
		return true;
	}

	onDrain(): void {
		this.#node?.emit('drain');
	}

	/** Once, when the answer is over, whichever way. */
	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#onClose?.();
	}

	on(_event: 'close', listener: () => void): void {
		this.#onClose = listener;
	}

	once(event: 'drain', listener: () => void): void {
		this.#byNode().once(event, listener);
	}

	writeContinue(): void {
		this.#byNode().writeContinue();
	}

	writeHead(status: number, reason: string, headers: string[]): void {
		this.#byNode().writeHead(status, reason, headers);
	}

	flushHeaders(): void {
		this.#byNode().flushHeaders();
	}

	write(chunk: Buffer, written?: () => void): boolean {
		return this.#byNode().write(chunk, written);
	}

	addTrailers(trailers: [string, string][]): void {
		this.#byNode().addTrailers(trailers);
	}

	end(text = '', encoding: 'latin1' | 'utf8' = 'latin1'): void {
		this.#byNode().end(text, encoding);
	}

	#byNode(): PlainResponse {
		if (this.#node !== null) return this.#node;
		const response = responseOn(this.#socket, this.req, this.#keepAliveMs);
		response.sendDate = false;
		response.shouldKeepAlive = this.#keepAlive;
		response.on('finish', () => {
			// Whose socket is gone has heard of its end by `close`.
			if (response.socket !== null) response.detachSocket(this.#socket);
			this.#connection.onAnswered(this);
		});
		this.#node = response;
		return response;
	}
}
