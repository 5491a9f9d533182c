import type { ClientResponse } from '../entry/client-messages.ts';
import { headerOf } from '../raw-headers.ts';
import type { ResponseHead } from '../upstream/parse-head.ts';
import { trailerFields } from './hop-by-hop.ts';
import { writeTogether } from './write-copy.ts';

/** A body this small that is all in hand goes out with its head in one write. */
const SMALL_BODY = 16_384;

/**
 * A response on its way to the client. What came in one read is held until that read is over. In the read of its head,
 * because nothing has been said yet should the rest of it be no HTTP, and the client can be told. In any other, because
 * chunks of a few bytes would each take hundreds while the client does not read.
 */
export class ResponseBody {
	readonly #response: ClientResponse;
	readonly #head: ResponseHead;
	readonly #headers: string[];
	/** Valid only during the read. */
	#held: Buffer[] = [];
	begun = false;

	constructor(response: ClientResponse, head: ResponseHead, headers: string[]) {
		this.#response = response;
		this.#head = head;
		this.#headers = headers;
	}

	write(chunk: Buffer): void {
		this.#held.push(chunk);
	}

	/**
	 * A read is over. A head without a body yet must not wait for one: event streams stay silent for minutes. False when the
	 * client should be given time: wait for the response's `drain`.
	 */
	flush(): boolean {
		const held = this.#takeHeld();
		if (!this.begun) {
			this.#begin();
			if (held.length === 0) this.#response.flushHeaders();
		}
		return held.length === 0 || writeTogether(this.#response, held);
	}

	end(trailers: readonly string[]): void {
		const held = this.#takeHeld();
		// With its head, in one write.
		const whole = !this.begun && held.reduce((bytes, { length }) => bytes + length, 0) <= SMALL_BODY;
		if (!this.begun) this.#begin();
		if (trailers.length > 0) this.#response.addTrailers(trailerFields(trailers));
		if (held.length > 0 && !whole) writeTogether(this.#response, held);
		if (held.length === 0 || !whole) this.#response.end();
		else this.#response.end(held.map((piece) => piece.toString('latin1', 0, piece.length)).join(''), 'latin1');
	}

	/** The rest will not come. */
	cutShort(): void {
		if (this.#held.length > 0) this.flush();
		const { socket } = this.#response;
		// The client can tell where the body ends other than by the end of the connection.
		if (this.#isFramed) socket?.destroySoon();
		// Node loses a socket that is reset while its end is on its way.
		else if (socket?.writableEnded) socket.destroy();
		// Only a reset tells a client that a body without length or chunks was cut short.
		else socket?.resetAndDestroy();
	}

	/** As its client gets it: HTTP/1.0 has no chunks, and a page that is written into has lost its length. */
	get #isFramed(): boolean {
		if (this.#head.contentLength === -1 && !this.#head.chunked) return false;
		return this.#response.req.httpVersion !== '1.0' || headerOf(this.#headers, 'content-length') !== undefined;
	}

	#begin(): void {
		this.begun = true;
		this.#response.writeHead(this.#head.status, this.#head.reason, this.#headers);
	}

	#takeHeld(): Buffer[] {
		const held = this.#held;
		if (held.length > 0) this.#held = [];
		return held;
	}
}
