import type { Socket } from 'node:net';
import { readInto } from '../node/own-reads.ts';
import { endAndLinger } from '../report/answer.ts';
import type { ClientRequest, ClientResponse } from './client-messages.ts';
import { DirectResponse } from './direct-response.ts';
import { mayHold, PAUSE_MS, release } from './in-turn.ts';
import { MAX_HEAD, readRequest, type WholeRequest } from './read-request.ts';
import { WholeMessage } from './whole-message.ts';

/** What its connections share. */
export interface DirectEntry {
	/** Sweeps since the start. */
	readonly tick: number;
	readonly keepAliveMs: number;
	route(request: ClientRequest, response: ClientResponse): void;
	/** Answers a client that sent no request in time, or not all of one. */
	refuse(socket: Socket, code: string): void;
	leave(connection: DirectConnection): void;
}

/** What comes behind a request that is being answered may be so long. */
const MAX_HELD = 131_072;

/**
 * A client's connection past Node's parser, for as long as each request arrives whole in one read and with nothing behind
 * it. What does not goes to that parser with all that was read, and so does everything that follows on this connection.
 */
export class DirectConnection {
	readonly #socket: Socket;
	readonly #entry: DirectEntry;
	#response: DirectResponse | null = null;
	#held: Buffer | null = null;
	/** Nothing that still comes is served. */
	#over = false;
	#handed = false;
	/** The tick of the last answer, or of the beginning. */
	since: number;
	served = false;

	readonly #toParser: () => void;

	constructor(socket: Socket, entry: DirectEntry, toParser: () => void) {
		this.#socket = socket;
		this.#toParser = toParser;
		this.#entry = entry;
		this.since = entry.tick;
		socket.on('error', ignore);
		socket.on('end', this.#onEnd);
		socket.on('close', this.#onClose);
		socket.on('drain', this.#onDrain);
		const ahead = readInto(socket, this.#onRead);
		if (ahead !== null) this.#onRead(ahead);
	}

	/** Waits for a request. */
	get idle(): boolean {
		return this.#response === null && !this.#over;
	}

	/** Idle for too long. */
	expire(): void {
		if (this.served) return void this.#socket.destroy();
		this.#over = true;
		this.#entry.refuse(this.#socket, 'ERR_HTTP_REQUEST_TIMEOUT');
	}

	/** All of it is with the socket; its `close` follows. */
	onAnswered(response: DirectResponse): void {
		// Of a client that left in the middle `close` has told.
		if (response !== this.#response) return;
		this.#response = null;
		this.since = this.#entry.tick;
		this.served = true;
		process.nextTick(closeResponse, response);
		if (this.#over) {
			endAndLinger(this.#socket, '');
			return;
		}
		if (!response.shouldKeepAlive) {
			this.#over = true;
			this.#socket.destroySoon();
			return;
		}
		const held = this.#takeHeld();
		if (this.#socket.destroyed) return;
		if (this.#socket.readableEnded) this.#serveLast(held);
		else if (held !== null) this.#handOver(held);
	}

	/** False stops the reading. */
	readonly #onRead = (chunk: Buffer): boolean => {
		// A listener for plain data that Node's parser or a websocket adds later gets what lands in a buffer of ours.
		if (this.#handed) return this.#socket.push(Buffer.from(chunk));
		if (!this.#over) this.#take(chunk);
		return true;
	};

	#take(chunk: Buffer): void {
		if (this.#response !== null) {
			this.#hold(chunk);
			return;
		}
		const request = read(chunk);
		if (request === null || request.end < chunk.length) this.#handOver(chunk);
		else this.#begin(request, chunk);
	}

	/** To Node's parser, with `unread` in front of what it reads itself. */
	#handOver(unread: Buffer): void {
		this.#handed = true;
		this.#entry.leave(this);
		const socket = this.#socket;
		socket.off('error', ignore);
		socket.off('end', this.#onEnd);
		socket.off('close', this.#onClose);
		socket.off('drain', this.#onDrain);
		socket.off('data', this.#onRead);
		socket.unshift(Buffer.from(unread));
		this.#toParser();
		socket.resume();
	}

	/** After its end a socket takes nothing back: what waited is served here, and what is not plain there is refused. */
	#serveLast(held: Buffer | null): void {
		if (held === null) return void this.#socket.end();
		const request = read(held);
		if (request === null) {
			this.#over = true;
			this.#entry.refuse(this.#socket, 'HPE_INVALID_EOF_STATE');
			return;
		}
		const rest = held.subarray(request.end);
		if (rest.length > 0) this.#hold(rest);
		this.#begin(request, held);
	}

	#begin(request: WholeRequest, chunk: Buffer): void {
		const { bodyAt, end } = request;
		const body = bodyAt === end ? null : Buffer.from(chunk.subarray(bodyAt, end));
		const message = new WholeMessage(this.#socket, request, body);
		this.#response = new DirectResponse(this, message, request.keepAlive, this.#entry.keepAliveMs);
		this.#entry.route(message, this.#response);
	}

	/** Pipelined: waits for the answer before it. */
	#hold(chunk: Buffer): void {
		const length = (this.#held?.length ?? 0) + chunk.length;
		if (length > MAX_HELD || !mayHold(chunk.length)) {
			this.#over = true;
			this.#takeHeld();
			return;
		}
		this.#held = this.#held === null ? Buffer.from(chunk) : Buffer.concat([this.#held, chunk]);
		this.#socket.pause();
		setTimeout(this.#readOn, PAUSE_MS).unref();
	}

	/** Once handed over, it is others who may hold it paused. */
	readonly #readOn = (): void => {
		if (!this.#handed) this.#socket.resume();
	};

	#takeHeld(): Buffer | null {
		const held = this.#held;
		this.#held = null;
		if (held !== null) release(held.length);
		return held;
	}

	/** It asks nothing more, and may still be reading. */
	readonly #onEnd = (): void => {
		if (this.#response === null) this.#socket.end();
	};

	readonly #onDrain = (): void => this.#response?.onDrain();

	readonly #onClose = (): void => {
		this.#entry.leave(this);
		this.#takeHeld();
		const response = this.#response;
		this.#response = null;
		response?.close();
	};
}

function closeResponse(response: DirectResponse): void {
	response.close();
}

function read(bytes: Buffer): WholeRequest | null {
	return readRequest(bytes.toString('latin1', 0, Math.min(bytes.length, MAX_HEAD + 4)), bytes.length);
}

function ignore(): void {}
