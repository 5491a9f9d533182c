import type { ClientMessage } from '../wire/messages.ts';

/** Older messages cannot be said again. */
const MAX_KEPT = 100;

/**
 * What the page said on connections that may have been dead already. The server tells how much it has heard when the page
 * attaches, and gets the rest again. Both sides count everything, in order.
 */
export class Said {
	/** Before this connection, as far as the server's count goes. */
	#before = 0;
	/** On this connection. */
	#here = 0;
	#earlier: ClientMessage[] = [];
	#recent: ClientMessage[] = [];

	connected(): void {
		this.#before += this.#here;
		this.#here = 0;
		this.#earlier = [...this.#earlier, ...this.#recent].slice(-MAX_KEPT);
		this.#recent = [];
	}

	add(message: ClientMessage): void {
		this.#here += 1;
		this.#recent.push(message);
		if (this.#recent.length > MAX_KEPT) this.#recent.shift();
	}

	/** To be said again. `heard`: the server's count, which ends with this connection's; `null` when too much is lost. */
	missed(heard: number | undefined): readonly ClientMessage[] | null {
		const kept = this.#earlier;
		this.#earlier = [];
		if (heard === undefined) return [];
		const lost = this.#before + this.#here - heard;
		this.#before -= lost;
		if (lost > kept.length) return null;
		return lost <= 0 ? [] : kept.slice(-lost).filter(isWorthRepeating);
	}
}

/** Whoever waits for a request was told that it is lost; where the page is, it says at every connection. */
function isWorthRepeating(message: ClientMessage): boolean {
	if (message.type === 'channel_message') return !message.requestId;
	return message.type === 'callback' || message.type === 'api_result' || message.type === 'js_result';
}
