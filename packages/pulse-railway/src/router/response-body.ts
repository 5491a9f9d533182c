import { trailerFields } from './hop-by-hop.ts';
import type { RouterResponse } from './messages.ts';
import type { ResponseHead } from './upstream/parse-head.ts';
import { writeCopy } from './write-copy.ts';

/** A body this small that is all in hand goes out with its head in one write. */
const SMALL_BODY = 16_384;

/**
 * A response on its way to the client. What came in the read of its head is held until that read is over: should the
 * rest of it be no HTTP, nothing has been said yet, and the client can be told.
 */
export class ResponseBody {
	readonly #response: RouterResponse;
	readonly #head: ResponseHead;
	readonly #headers: string[];
	/** Valid only during the read. */
	#held: Buffer[] | null = [];

	constructor(response: RouterResponse, head: ResponseHead, headers: string[]) {
		this.#response = response;
		this.#head = head;
		this.#headers = headers;
	}

	get begun(): boolean {
		return this.#held === null;
	}

	/** `last`: nothing follows. False when the client should be given time: wait for the response's `drain`. */
	write(chunk: Buffer, last: boolean): boolean {
		if (this.#held === null) return writeCopy(this.#response, chunk) || last;
		this.#held.push(chunk);
		return true;
	}

	/**
	 * A read is over. A head without a body yet must not wait for one: event streams stay silent for minutes. False as
	 * for `write`.
	 */
	flush(): boolean {
		if (this.#held === null) return true;
		const held = this.#begin();
		if (held.length === 0) this.#response.flushHeaders();
		return this.#writeAll(held);
	}

	end(trailers: readonly string[]): void {
		const held = this.#held === null ? [] : this.#begin();
		if (trailers.length > 0) this.#response.addTrailers(trailerFields(trailers));
		const small = held.reduce((bytes, { length }) => bytes + length, 0) <= SMALL_BODY;
		if (!small) this.#writeAll(held);
		if (!small || held.length === 0) this.#response.end();
		else this.#response.end(held.map((piece) => piece.toString('latin1', 0, piece.length)).join(''), 'latin1');
	}

	/** The rest will not come. */
	cutShort(): void {
		const { socket } = this.#response;
		// The client can tell where the body ends other than by the end of the connection.
		if (this.#head.contentLength !== -1 || this.#head.chunked) socket?.destroySoon();
		// Node loses a socket that is reset while its end is on its way.
		else if (socket?.writableEnded) socket.destroy();
		// Only a reset tells a client that a body without length or chunks was cut short.
		else socket?.resetAndDestroy();
	}

	#begin(): Buffer[] {
		const held = this.#held!;
		this.#held = null;
		this.#response.writeHead(this.#head.status, this.#head.reason, this.#headers);
		return held;
	}

	#writeAll(pieces: readonly Buffer[]): boolean {
		let more = true;
		for (const piece of pieces) more = writeCopy(this.#response, piece);
		return more;
	}
}
