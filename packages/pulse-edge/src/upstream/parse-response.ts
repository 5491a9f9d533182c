import { parseFields } from './parse-fields.ts';
import { beginsHead, begun, hasForbiddenBytes, parseHead, type ResponseHead } from './parse-head.ts';

/** What a parser found, in order. `chunk` of `onBody` is valid only during the call. */
export interface ResponseEvents {
	onInformational(status: number, reason: string, headers: readonly string[]): void;
	onHead(head: ResponseHead): void;
	onBody(chunk: Buffer): void;
	onComplete(trailers: readonly string[]): void;
	/** A final response that came whole in one read, body included; false: give it to me in pieces. */
	onWhole?(head: ResponseHead, body: string): boolean;
	/** The other side switched protocols, as asked; `rest` is of the new one. */
	onUpgrade?(head: ResponseHead, rest: Buffer): void;
}

const MAX_HEAD = 65_536;
const MAX_CHUNK_LINE = 1_024;
const CR = 13;
const LF = 10;

type State = 'head' | 'length' | 'size' | 'data' | 'data-end' | 'trailers' | 'until-close' | 'done' | 'failed';

/** An incremental, strict HTTP/1.1 response parser. One per connection, `begin` once per request. */
export class ResponseParser {
	readonly #events: ResponseEvents;
	#state: State = 'done';
	#bodiless = false;
	#upgrade = false;
	/** Bytes left of a body of known length or of the current chunk. */
	#left = 0;
	/** What came of a head, chunk line or trailer section that is not whole yet. */
	#partial: Buffer | null = null;

	constructor(events: ResponseEvents) {
		this.#events = events;
	}

	/** `bodiless`: the request was HEAD, so whatever the head says, no body follows. `upgrade`: a 101 is welcome. */
	begin(bodiless: boolean, upgrade = false): void {
		this.#upgrade = upgrade;
		this.#state = 'head';
		this.#bodiless = bodiless;
		this.#partial = null;
	}

	/** Nothing of a final response has arrived yet. */
	get waitingForHead(): boolean {
		return this.#state === 'head';
	}

	/** Feeds what was read; false when it is not HTTP, or more than was asked for. */
	execute(input: Buffer): boolean {
		let data = input;
		if (this.#partial !== null) {
			data = Buffer.concat([this.#partial, input]);
			this.#partial = null;
		}
		let at = 0;
		while (at < data.length) {
			const next = this.#step(data, at);
			if (next === FAIL) {
				this.#state = 'failed';
				return false;
			}
			if (next === WAIT) {
				this.#partial = Buffer.from(data.subarray(at));
				return true;
			}
			at = next;
		}
		return true;
	}

	/** The connection ended; true when that is how this body was to end. */
	finish(): boolean {
		if (this.#state !== 'until-close') return false;
		this.#state = 'done';
		this.#events.onComplete(NO_TRAILERS);
		return true;
	}

	/** Takes one item at `at`; returns where the next starts, WAIT for more bytes, or FAIL. */
	#step(data: Buffer, at: number): number {
		switch (this.#state) {
			case 'head':
				return this.#head(data, at);
			case 'length':
			case 'data':
				return this.#body(data, at);
			case 'size':
				return this.#chunkSize(data, at);
			case 'data-end':
				if (data.length - at < 2) return data[at] === CR ? WAIT : FAIL;
				if (data[at] !== CR || data[at + 1] !== LF) return FAIL;
				this.#state = 'size';
				return at + 2;
			case 'trailers':
				return this.#trailers(data, at);
			case 'until-close':
				this.#events.onBody(at === 0 ? data : data.subarray(at));
				return data.length;
			default:
				return FAIL;
		}
	}

	#head(data: Buffer, at: number): number {
		// Small responses are read as one string: heads, and often bodies, are wanted as strings anyway.
		const text = data.toString('latin1', at, Math.min(data.length, at + MAX_HEAD + 4));
		const end = text.indexOf('\r\n\r\n');
		if (end === -1) return data.length - at > MAX_HEAD || !beginsHead(text) ? FAIL : WAIT;
		const head = parseHead(text.slice(0, end));
		if (!head) return FAIL;
		const bodyAt = at + end + 4;
		if (head.status < 200) {
			// An unasked-for 101 would turn what follows into bytes of another protocol.
			if (head.status === 101) {
				if (!this.#upgrade) return FAIL;
				this.#state = 'done';
				this.#events.onUpgrade?.(head, data.subarray(bodyAt));
				return data.length;
			}
			this.#events.onInformational(head.status, head.reason, head.headers);
			return bodyAt;
		}
		if (head.contentLength === data.length - bodyAt && data.length - at === text.length && !this.#bodiless) {
			const whole = head.status !== 204 && head.status !== 304 && this.#events.onWhole?.(head, text.slice(end + 4));
			if (whole) {
				this.#state = 'done';
				return data.length;
			}
		}
		const bodiless = this.#bodiless || head.status === 204 || head.status === 304;
		// Should its sender think otherwise, the body is still to come, and must not be the next user's answer.
		if (bodiless && (head.contentLength > 0 || head.chunked)) head.keepAlive = false;
		const empty = bodiless || head.contentLength === 0;
		if (empty) this.#state = 'done';
		else if (head.chunked) this.#state = 'size';
		else if (head.contentLength > 0) this.#state = 'length';
		else this.#state = 'until-close';
		this.#left = Math.max(0, head.contentLength);
		this.#events.onHead(head);
		if (empty) this.#events.onComplete(NO_TRAILERS);
		return bodyAt;
	}

	#body(data: Buffer, at: number): number {
		const end = Math.min(data.length, at + this.#left);
		this.#left -= end - at;
		const chunk = at === 0 && end === data.length ? data : data.subarray(at, end);
		const whole = this.#left === 0;
		const last = whole && this.#state === 'length';
		if (whole) this.#state = last ? 'done' : 'data-end';
		this.#events.onBody(chunk);
		if (last) this.#events.onComplete(NO_TRAILERS);
		return end;
	}

	#chunkSize(data: Buffer, at: number): number {
		const end = data.indexOf(LF, at);
		if (end === -1) return data.length - at > MAX_CHUNK_LINE || !isHexDigit(data[at]!) ? FAIL : WAIT;
		if (end - at > MAX_CHUNK_LINE || data[end - 1] !== CR || end === at) return FAIL;
		const line = CHUNK_LINE.exec(data.toString('latin1', at, end - 1));
		if (!line) return FAIL;
		this.#left = Number.parseInt(line[1]!, 16);
		this.#state = this.#left === 0 ? 'trailers' : 'data';
		return end + 1;
	}

	#trailers(data: Buffer, at: number): number {
		if (data[at] === CR) {
			if (data.length - at < 2) return WAIT;
			if (data[at + 1] !== LF) return FAIL;
			return this.#end(NO_TRAILERS, at + 2);
		}
		const end = data.indexOf('\r\n\r\n', at, 'latin1');
		if (end === -1) {
			const waiting = data.length - at <= MAX_HEAD && !hasForbiddenBytes(begun(data.toString('latin1', at)));
			return waiting ? WAIT : FAIL;
		}
		if (end - at > MAX_HEAD) return FAIL;
		const trailers = parseFields(data.toString('latin1', at, end));
		return trailers ? this.#end(trailers, end + 4) : FAIL;
	}

	#end(trailers: readonly string[], next: number): number {
		this.#state = 'done';
		this.#events.onComplete(trailers);
		return next;
	}
}

function isHexDigit(byte: number): boolean {
	return (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 70) || (byte >= 97 && byte <= 102);
}

const FAIL = -1;
const WAIT = -2;
const NO_TRAILERS: readonly string[] = [];
/** Size, then extensions that are skipped: they belong to this hop alone. As strict as Node: no blanks between their parts. */
const CHUNK_LINE =
	/^0*([0-9a-fA-F]{1,12})(?:;[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?:=(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+|"(?:[\t\x20\x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*"))?)*$/;
