import type { ClientRequest } from '../entry/client-messages.ts';
import type { RequestHead } from '../entry/request-head.ts';
import type { Exchange, UpstreamConnection } from '../upstream/connection.ts';
import { trailerFields } from './hop-by-hop.ts';
import type { Body, Uploads } from './uploads.ts';

export interface BodyEvents {
	/** From now on a backend connection is of use. */
	onBodyReady(): void;
	/** No place within the time that one waits for it. */
	onRefused(failure: 'connection-limit', cause: null): void;
	/** So many went to the backend. */
	onBodyBytes(bytes: number): void;
	/** Its client is too slow for others to wait behind. */
	expire(): void;
}

/**
 * So long a body without a length may be silent before its backend is asked all the same: a client that talks and listens at
 * once may want to hear something first.
 */
const SILENT_MS = 1_000;

/**
 * A request body on its way to the backend, never faster than that takes it. Framing is ours: nothing of the client's reaches
 * the backend. Its head alone takes no backend connection, because it may be all that ever comes.
 */
export class RequestBody implements Body {
	readonly #request: ClientRequest;
	readonly #head: RequestHead;
	readonly #uploads: Uploads;
	readonly #events: BodyEvents;
	#first: Buffer | null = null;
	#ended = false;
	#sought = false;
	#over = false;
	/** Its socket is not read while it waits for a place: thousands may wait, and each may send megabytes. */
	#held = false;
	#connection: UpstreamConnection | null = null;
	#exchange: Exchange | null = null;
	#silence: NodeJS.Timeout | undefined;
	#leave: (() => void) | null = null;
	received = 0;

	/** `null` for a request without a body. */
	static of(request: ClientRequest, head: RequestHead, uploads: Uploads, events: BodyEvents): RequestBody | null {
		return head.chunked || head.contentLength > 0 ? new RequestBody(request, head, uploads, events) : null;
	}

	private constructor(request: ClientRequest, head: RequestHead, uploads: Uploads, events: BodyEvents) {
		this.#request = request;
		this.#head = head;
		this.#uploads = uploads;
		this.#events = events;
	}

	start(): void {
		this.#request.on('data', (chunk: Buffer) => this.#onData(chunk));
		this.#request.on('end', () => this.#onEnd());
		// It sends its body when the backend asks for it.
		if (this.#head.expectsContinue) this.#seek();
		else if (this.#head.chunked) this.#silence = setTimeout(() => this.#seek(), SILENT_MS);
	}

	/** To this backend, what has come and what is to come. */
	send(connection: UpstreamConnection, exchange: Exchange): void {
		this.#connection = connection;
		this.#exchange = exchange;
		const first = this.#first;
		this.#first = null;
		const more = first === null || this.#pass(first);
		// Node tells of the end of what it has read already, paused or not.
		if (this.#ended) this.#finish();
		else if (first !== null && more) this.#request.resume();
	}

	/** The client is to send more; else it is the backend that does not take what was sent. */
	get awaited(): boolean {
		return !this.#request.complete && !this.#request.isPaused();
	}

	expire(): void {
		this.#events.expire();
	}

	/** The exchange is over: what still comes is read and dropped, so that the client gets to its answer. */
	end(): void {
		this.#over = true;
		this.#first = null;
		clearTimeout(this.#silence);
		this.#leave?.();
		this.#leave = null;
		this.#readOn();
		if (!this.#request.complete) this.#request.resume();
	}

	#onData(chunk: Buffer): void {
		if (this.#over) return;
		this.received += chunk.length;
		if (this.#connection !== null) {
			if (!this.#pass(chunk)) this.#request.pause();
			return;
		}
		this.#first = this.#first === null ? chunk : Buffer.concat([this.#first, chunk]);
		this.#request.pause();
		// The end of a short one is behind it in the same read.
		if (this.#whole) this.#seek();
		else process.nextTick(() => this.#seek());
	}

	get #whole(): boolean {
		return this.#request.complete || this.received === this.#head.contentLength;
	}

	/** False when the backend should be given time. */
	#pass(chunk: Buffer): boolean {
		// After an early end of the exchange the rest is read and dropped.
		if (!this.#connection!.serves(this.#exchange!)) return true;
		this.#events.onBodyBytes(chunk.length);
		return this.#connection!.write(chunk, this.#head.chunked);
	}

	#onEnd(): void {
		this.#ended = true;
		if (this.#over) return;
		this.#leave?.();
		this.#leave = null;
		if (this.#connection !== null) this.#finish();
		else this.#seek();
	}

	#finish(): void {
		if (this.#connection!.serves(this.#exchange!))
			this.#connection!.endRequest(this.#head.chunked ? lastChunk(this.#request.rawTrailers) : '');
	}

	/** A place, where one is needed, and then a connection. Once. */
	#seek(): void {
		if (this.#sought || this.#over) return;
		this.#sought = true;
		clearTimeout(this.#silence);
		if (this.#whole) {
			this.#events.onBodyReady();
			return;
		}
		let entered = false;
		const leave = this.#uploads.enter(
			this,
			() => {
				entered = true;
				this.#readOn();
				this.#events.onBodyReady();
			},
			() => this.#events.onRefused('connection-limit', null),
		);
		// The exchange may be over by now.
		if (this.#over) leave();
		else this.#leave = leave;
		if (entered || this.#over) return;
		this.#held = true;
		this.#request.socket.pause();
	}

	#readOn(): void {
		if (!this.#held) return;
		this.#held = false;
		this.#request.socket.resume();
	}
}

function lastChunk(rawTrailers: readonly string[]): string {
	let text = '0\r\n';
	for (const [name, value] of trailerFields(rawTrailers)) text += `${name}: ${value}\r\n`;
	return `${text}\r\n`;
}
