import type { ClientMessage } from '../wire/messages.ts';
import { MAX_MESSAGE_BYTES, type Serialized, serialize } from '../wire/serialize.ts';
import type { TabMessage } from './presence.ts';

/** Older messages cannot be said again. */
const MAX_KEPT = 100;

/** A message as it was when it was said. */
export interface Saying {
	readonly message: ClientMessage | TabMessage;
	readonly wire: Serialized;
}

/** Throws `TypeError` for what cannot be said: it must not fail later, in the middle of others. */
export function toSaying(message: ClientMessage | TabMessage): Saying {
	const wire = serialize(message);
	const bytes = new TextEncoder().encode(JSON.stringify(wire)).length;
	if (bytes > MAX_MESSAGE_BYTES) throw new TypeError(`a message has ${MAX_MESSAGE_BYTES} bytes at most, not ${bytes}`);
	return { message, wire };
}

/**
 * What the page said on connections that may have been dead already. The server tells how much it has heard when the page
 * attaches, and gets the rest again. Both sides count everything, in order.
 */
export class Said {
	/** Before this connection, as far as the server's count goes. */
	#before = 0;
	/** On this connection. */
	#here = 0;
	#earlier: Saying[] = [];
	#recent: Saying[] = [];

	connected(): void {
		this.#before += this.#here;
		this.#here = 0;
		this.#earlier = [...this.#earlier, ...this.#recent].slice(-MAX_KEPT);
		this.#recent = [];
	}

	add(saying: Saying): void {
		this.#here += 1;
		this.#recent.push(saying);
		if (this.#recent.length > MAX_KEPT) this.#recent.shift();
	}

	/** To be said again. `heard`: the server's count, which ends with this connection's; `null` when too much is lost. */
	missed(heard: number | undefined): readonly Saying[] | null {
		const kept = this.#earlier;
		this.#earlier = [];
		if (heard === undefined) return [];
		const lost = this.#before + this.#here - heard;
		this.#before -= lost;
		if (lost > kept.length) return null;
		return lost <= 0 ? [] : kept.slice(-lost).filter(({ message }) => isWorthRepeating(message));
	}
}

/** Not requests, whose callers have heard that they are lost, nor where the page is, which it says at every connection. */
function isWorthRepeating(message: ClientMessage | TabMessage): boolean {
	if (message.type === 'channel_message') return !message.requestId;
	return message.type === 'callback' || message.type === 'api_result' || message.type === 'js_result';
}
