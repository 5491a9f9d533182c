import { IncomingMessage, ServerResponse } from 'node:http';
import { flushHead } from '../node/flush-head.ts';
import { headerOf } from '../raw-headers.ts';
import { mayNotWait } from './in-turn.ts';

/** A request as Node's parser reads it, without the header object that nobody here asks for. */
export class RouterRequest extends IncomingMessage {
	// Node's constructor assigns `upgrade` before a field of this class would exist.
	declare offered: boolean | null;

	/** Pipelined beyond what may wait: neither it nor anything behind it on its connection is served. */
	declare excess: boolean | undefined;

	/**
	 * Only a websocket is an upgrade here. Any other offer (`h2c`) is declined by serving the request as plain HTTP, which
	 * RFC 9110 §7.8 allows; Node would hand over the bare socket for all of them.
	 */
	get upgrade(): boolean {
		if (this.excess) return true;
		return (
			this.offered === true &&
			(this.method === 'CONNECT' || /(?:^|[\s,])websocket(?:$|[\s,])/i.test(headerOf(this.rawHeaders, 'upgrade') ?? ''))
		);
	}

	/** Node's parser sets it when a head is whole, and null before. What `upgrade` says then can stop it within what it has read. */
	set upgrade(value: boolean | null) {
		this.offered = value;
		if (value !== null && mayNotWait(this.socket)) this.excess = true;
	}

	#gathered: Buffer | null = null;
	#gatheredBytes = 0;

	/**
	 * Node's parser hands over each chunk by itself, and one that waits to be taken costs 400 bytes: a body in chunks of one
	 * byte would take a hundred times its limit. So the small ones of one read become one.
	 */
	override push(chunk: Buffer | null): boolean {
		if (chunk === null) {
			this.#giveGathered();
			return super.push(null);
		}
		if (this.#gathered !== null) {
			this.#gathered = withRoom(this.#gathered, this.#gatheredBytes, chunk.length);
			chunk.copy(this.#gathered, this.#gatheredBytes);
		} else {
			if (chunk.length >= SMALL_CHUNK) return super.push(chunk);
			this.#gathered = chunk;
			// Not at the next tick: there is one after each chunk.
			setImmediate(() => this.#giveGathered());
		}
		this.#gatheredBytes += chunk.length;
		return this.readableLength + this.#gatheredBytes < this.readableHighWaterMark;
	}

	#giveGathered(): void {
		if (this.#gathered === null) return;
		const gathered = this.#gathered.subarray(0, this.#gatheredBytes);
		this.#gathered = null;
		this.#gatheredBytes = 0;
		super.push(gathered);
	}
}

const SMALL_CHUNK = 1_024;

/** The same bytes, where `more` of them fit. */
function withRoom(buffer: Buffer, used: number, more: number): Buffer {
	if (used + more <= buffer.length) return buffer;
	const larger = Buffer.allocUnsafeSlow(2 * (used + more));
	buffer.copy(larger, 0, 0, used);
	return larger;
}

/** Node asks every request for `expect` and would build all headers for it. The types call it a property, so it is defined here. */
Object.defineProperty(RouterRequest.prototype, 'headers', {
	get(this: RouterRequest) {
		const expect = headerOf(this.rawHeaders, 'expect');
		return expect === undefined ? NO_HEADERS : { expect };
	},
});

const NO_HEADERS = Object.freeze({});

export class RouterResponse<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
	#whole = false;

	/** Only once its head is written. */
	override flushHeaders(): void {
		flushHead(this);
	}

	/** Nothing of it is still owed to the connection. Newer Nodes know only of what they sent themselves. */
	get answered(): boolean {
		return this.#whole || this.writableFinished;
	}

	/**
	 * Sends a whole response in one write, past everything that Node would still work out about it; false when only Node
	 * can send it: behind another one, as the last on its connection, or to a client that does not read. The server learns of the end by `finish`, as ever.
	 */
	sendWhole(status: number, text: string): boolean {
		const socket = this.socket;
		if (socket === null || !this.shouldKeepAlive || this.headersSent || this.req.httpVersionMinor === 0) return false;
		// Done at once, it would start the next pipelined request: one packet of those asks for gigabytes that nobody reads.
		if (socket.writableNeedDrain) return false;
		this.statusCode = status;
		socket.write(text, 'latin1');
		this.#whole = true;
		// What `headersSent` and `writableEnded` look at.
		Object.assign(this, SENT);
		this.emit('finish');
		return true;
	}
}

const SENT = { _header: 'sent', finished: true };
