import type { ServerMessage } from '../wire/messages.ts';
import type { RenderSession } from './render-session.ts';

/** Live state of one tab is what a {@link ChannelOpener} closes over. */
export interface Channel {
	readonly name: string;
	readonly render: RenderSession;
	/** Handles an event of the browser; what it returns answers a request. One handler an event. */
	on(event: string, handler: (payload: unknown) => unknown): void;
	/** Sends an event to the browser; kept, in order, while it is away. */
	send(event: string, payload?: unknown): void;
	/** Runs when the render session ends, or when the channel could not be opened. */
	onClose(callback: () => unknown): void;
}

/** Called once for each render session that uses the channel, on its first message; again on the next one if it failed. */
export type ChannelOpener = (channel: Channel) => void | Promise<void>;

type ChannelMessage = {
	readonly event?: string | null | undefined;
	readonly payload?: unknown;
	readonly requestId?: string | null | undefined;
};

/** The server's end of a channel. */
export class ServerChannel implements Channel {
	readonly name: string;
	readonly render: RenderSession;
	/** Messages wait for an opener that is asynchronous. */
	readonly #opened: Promise<void>;
	readonly #handlers = new Map<string, (payload: unknown) => unknown>();
	readonly #onClose: (() => unknown)[] = [];

	constructor(name: string, render: RenderSession, open: ChannelOpener) {
		this.name = name;
		this.render = render;
		this.#opened = new Promise((resolve) => resolve(open(this)));
	}

	on(event: string, handler: (payload: unknown) => unknown): void {
		this.#handlers.set(event, handler);
	}

	onClose(callback: () => unknown): void {
		this.#onClose.push(callback);
	}

	send(event: string, payload?: unknown): void {
		this.render.send({ type: 'channel_message', channel: this.name, event, payload });
	}

	/** Answers a request also when its handler throws, then rejects with that error for the log. */
	async receive(message: ChannelMessage): Promise<void> {
		const respond = (answer: { payload?: unknown; error?: string }) => {
			if (message.requestId) this.render.send(response(this.name, message.requestId, answer));
		};
		try {
			await this.#opened.catch((error) => {
				this.render.closeChannel(this.name);
				throw error;
			});
			const handler = message.event ? this.#handlers.get(message.event) : undefined;
			if (handler === undefined) return respond({ error: `no handler for '${message.event}'` });
			respond({ payload: await handler(message.payload) });
		} catch (error) {
			respond({ error: 'the server failed to handle this' });
			throw error;
		}
	}

	close(onFailed: (error: unknown) => void): void {
		for (const callback of this.#onClose.splice(0)) new Promise((resolve) => resolve(callback())).catch(onFailed);
	}
}

function response(channel: string, responseTo: string, answer: { payload?: unknown; error?: string }): ServerMessage {
	return { type: 'channel_message', channel, responseTo, ...answer };
}
