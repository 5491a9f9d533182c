import { type Serialized, serialize } from '../wire/serialize.ts';

/** More than this many waiting messages cannot be told from a lost page: the browser reloads instead. */
export const MAX_QUEUED_MESSAGES = 100;

/** Messages for a browser that is not there at the moment, in order and bounded. */
export class Outbox {
	/** `null` for none, as nearly always. */
	#messages: Serialized[] | null = null;

	push(message: Serialized): void {
		this.#messages ??= [];
		if (this.#messages.length < MAX_QUEUED_MESSAGES) this.#messages.push(message);
		else this.#messages = [serialize({ type: 'reload' })];
	}

	drain(): readonly Serialized[] {
		const messages = this.#messages ?? [];
		this.#messages = null;
		return messages;
	}
}
