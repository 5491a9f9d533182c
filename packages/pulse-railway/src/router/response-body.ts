import { trailerFields } from './hop-by-hop.ts';
import type { RouterResponse } from './messages.ts';
import type { ResponseHead } from './upstream/parse-head.ts';
import { writeCopy } from './write-copy.ts';

/** A body this small that is all in hand goes out with its head in one write. */
const SMALL_BODY = 16_384;

/** The body of a response whose head is written, on its way to the client. */
export class ResponseBody {
	readonly #response: RouterResponse;
	/** The client can tell where the body ends other than by the end of the connection. */
	readonly #delimited: boolean;
	#flushed = false;
	#tail: string | null = null;

	constructor(response: RouterResponse, head: ResponseHead) {
		this.#response = response;
		this.#delimited = head.contentLength !== -1 || head.chunked;
	}

	/** `last`: nothing follows. False when the client should be given time: wait for the response's `drain`. */
	write(chunk: Buffer, last: boolean): boolean {
		if (last && !this.#flushed && chunk.length <= SMALL_BODY) {
			this.#tail = chunk.toString('latin1', 0, chunk.length);
			return true;
		}
		this.#flushed = true;
		return writeCopy(this.#response, chunk) || last;
	}

	end(trailers: readonly string[]): void {
		if (trailers.length > 0) this.#response.addTrailers(trailerFields(trailers));
		if (this.#tail === null) this.#response.end();
		else this.#response.end(this.#tail, 'latin1');
	}

	/** A head without a body yet must not wait for one: event streams stay silent for minutes. */
	flushHead(): void {
		if (this.#flushed || this.#tail !== null) return;
		this.#flushed = true;
		this.#response.flushHeaders();
	}

	/** The rest will not come. */
	cutShort(): void {
		const { socket } = this.#response;
		if (this.#delimited) socket?.destroySoon();
		// Node loses a socket that is reset while its end is on its way.
		else if (socket?.writableEnded) socket.destroy();
		// Only a reset tells a client that a body without length or chunks was cut short.
		else socket?.resetAndDestroy();
	}
}
