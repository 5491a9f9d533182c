import { type Serialized, serialize } from '../wire/serialize.ts';
import { MAX_QUEUED_MESSAGES } from './outbox.ts';

/** With so many a page is asked to confirm them: what is kept has many times its size as text. */
const CONFIRM_EVERY = 10;

/**
 * What was handed to the sockets of one page and may not have arrived: a connection that is dead takes messages for up to
 * 45 s before the server notices. A page that says how many it has received gets the rest again when it is back.
 */
export class Delivery {
	/** Handed over so far. */
	#count = 0;
	/** The newest of them, while the page counts too. */
	#unconfirmed: Serialized[] = [];
	#counting = false;
	#heard = 0;
	/** One question at a time: nothing is kept for a page that answers none. */
	#asked = false;
	/** The count at the last heartbeat. */
	#mark = 0;

	/** How many messages of the page have come so far; `null` for a client that does not count. */
	get heard(): number | null {
		return this.#counting ? this.#heard : null;
	}

	hear(): void {
		this.#heard += 1;
	}

	/** What a page that connects has missed. `received`: how many it has seen; `null` for a client that does not count. */
	resume(received: number | null): readonly Serialized[] {
		this.#counting = received !== null;
		this.#asked = false;
		const missed = this.#count - (received ?? this.#count);
		if (missed >= 0 && missed <= this.#unconfirmed.length) {
			return this.#unconfirmed.slice(this.#unconfirmed.length - missed);
		}
		return [serialize({ type: 'reload' })];
	}

	/** Returns what to call when the page confirms this message, where it is to. */
	handedOver(message: Serialized): (() => void) | undefined {
		this.#count += 1;
		if (!this.#counting) return undefined;
		this.#unconfirmed.push(message);
		if (this.#unconfirmed.length > MAX_QUEUED_MESSAGES) this.#unconfirmed.shift();
		if (this.#asked || this.#unconfirmed.length < CONFIRM_EVERY) return undefined;
		this.#asked = true;
		const upTo = this.#count;
		return () => {
			this.#asked = false;
			this.#arrived(upTo);
		};
	}

	/** The page answered a ping: what was sent before the previous answer came before that ping, so it has arrived. */
	heartbeat(): void {
		this.#arrived(this.#mark);
		this.#mark = this.#count;
	}

	#arrived(upTo: number): void {
		const since = this.#count - upTo;
		this.#unconfirmed = since === 0 ? [] : this.#unconfirmed.slice(-since);
	}
}
