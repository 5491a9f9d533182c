import type { ClientMessage, ServerMessage } from '../wire/messages.ts';

export type ChannelMessage = ServerMessage & { readonly type: 'channel_message' };

/** The connection was lost while a request was under way: it may or may not have been done. */
export class ConnectionLostError extends Error {
	override readonly name = 'ConnectionLostError';
}

/** Talks to the server's channel of the same name, in this page's render session. */
export class ClientChannel {
	readonly name: string;
	readonly #say: (message: ClientMessage) => void;
	readonly #handlers = new Map<string, Set<(payload: unknown) => void>>();
	readonly #pending = new Map<
		string,
		{ resolve: (value: unknown) => void; reject: (error: Error) => void; end: (() => void) | null }
	>();
	readonly #begin: () => () => void;
	#lastId = 0;

	/** `begin`: a request was sent, and ends when what it returns is called. */
	constructor(name: string, say: (message: ClientMessage) => void, begin: () => () => void) {
		this.name = name;
		this.#say = say;
		this.#begin = begin;
	}

	/** Returns a function that removes the handler. */
	on(event: string, handler: (payload: unknown) => void): () => void {
		const handlers = this.#handlers.get(event) ?? new Set();
		this.#handlers.set(event, handlers.add(handler));
		return () => void handlers.delete(handler);
	}

	/**
	 * Delivered when connected; at most 100 messages wait for that. Throws beyond that, and for a payload that JSON does not
	 * know or that has more than a million bytes.
	 */
	send(event: string, payload?: unknown): void {
		this.#say({ type: 'channel_message', channel: this.name, event, payload, error: undefined });
	}

	/** What the server's handler returns. Rejects with {@link ConnectionLostError} when the connection is lost in between. */
	request(event: string, payload?: unknown): Promise<unknown> {
		this.#lastId += 1;
		const requestId = `${this.name}-${this.#lastId}`;
		return new Promise((resolve, reject) => {
			this.#pending.set(requestId, { resolve, reject, end: null });
			try {
				this.#say({ type: 'channel_message', channel: this.name, event, payload, requestId, error: undefined });
			} catch (error) {
				this.#pending.delete(requestId);
				throw error;
			}
		});
	}

	/** @internal */
	sent(requestId: string): void {
		const entry = this.#pending.get(requestId);
		if (entry !== undefined) entry.end ??= this.#begin();
	}

	/** @internal */
	receive(message: ChannelMessage): void {
		if (typeof message.responseTo === 'string') {
			const entry = this.#pending.get(message.responseTo);
			this.#pending.delete(message.responseTo);
			entry?.end?.();
			if (message.error == null) entry?.resolve(message.payload);
			else entry?.reject(new Error(String(message.error)));
			return;
		}
		for (const handler of this.#handlers.get(message.event ?? '') ?? []) handler(message.payload);
	}

	/** @internal Requests that still wait to be sent are not lost. */
	connectionLost(): void {
		for (const [id, entry] of [...this.#pending]) {
			if (entry.end === null) continue;
			this.#pending.delete(id);
			entry.end();
			entry.reject(new ConnectionLostError('the connection was lost before the server answered'));
		}
	}
}
