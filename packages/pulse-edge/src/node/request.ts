import { IncomingMessage } from 'node:http';
import { headerOf } from '../raw-headers.ts';

/** A client's request by Node's parser, with what Node documents alone. */
export class PlainRequest extends IncomingMessage {
	/** Its client offered to go on with another protocol; `undefined` where nothing tells but its headers. */
	declare offered: boolean | null | undefined;
	/** Neither it nor anything behind it on its connection is served. */
	declare excess: boolean | undefined;

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

/** Only a websocket is an upgrade here. Any other offer (`h2c`) is declined, which RFC 9110 §7.8 allows. */
export function offersWebSocket({ rawHeaders }: IncomingMessage): boolean {
	return /(?:^|[\s,])websocket(?:$|[\s,])/i.test(headerOf(rawHeaders, 'upgrade') ?? '');
}

/**
 * Without the header object that nothing here asks for, and with a word in what Node's parser takes for an upgrade. That
 * parser sets `upgrade` when a head is whole, and asks for it before it reads on. Where a Node does not, it hands over the
 * bare socket for each offered upgrade, and those that are no websocket are refused there.
 */
export abstract class ObservedRequest extends PlainRequest {
	// Node's constructor assigns `upgrade` before a field of this class would exist.
	declare offered: boolean | null;

	/** Asked once, when its head is whole. */
	protected abstract isExcess(): boolean;

	/** True ends the parsing, also of what was read already. */
	get upgrade(): boolean {
		return this.excess === true || (this.offered === true && (this.method === 'CONNECT' || offersWebSocket(this)));
	}

	set upgrade(value: boolean | null) {
		this.offered = value;
		if (value !== null && this.isExcess()) this.excess = true;
	}
}

/** Node asks every request for `expect` and would build all headers for it. The types call it a property, so it is defined here. */
Object.defineProperty(ObservedRequest.prototype, 'headers', {
	get(this: ObservedRequest) {
		const expect = headerOf(this.rawHeaders, 'expect');
		return expect === undefined ? NO_HEADERS : { expect };
	},
});

const NO_HEADERS = Object.freeze({});
