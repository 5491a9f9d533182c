import { reasonOf } from '../handoff/collect.ts';
import { type DrainHook, type HandoffOptions, HOOK_MS, type Part, schemaOf } from '../handoff/hooks.ts';
import { within } from '../handoff/within.ts';
import type { ServerMessage } from '../wire/messages.ts';
import { deserialize } from '../wire/serialize.ts';
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
	/**
	 * Gives what the page takes along when it is loaded anew for another deployment: small, serialisable like a payload,
	 * within 2 s. `undefined`: nothing. Called at that moment; the latest one counts.
	 *
	 * @throws PulseError `invalid-schema`
	 * @example
	 * channel.onDrain(() => ({ count }));
	 * channel.onResume((snapshot) => { count = (snapshot as { count: number }).count; });
	 */
	onDrain(take: () => unknown, options?: HandoffOptions): void;
	/**
	 * Takes what the same channel of the page's former deployment gave: called at once where there is something of that
	 * schema, and what it returns is waited for before the first message is handled. Call it in the opener, once a schema.
	 */
	onResume(use: (snapshot: unknown) => unknown, options?: HandoffOptions): void;
}

/** Called once for each render session that uses the channel, on its first message; again on the next one if it failed. */
export type ChannelOpener = (channel: Channel) => void | Promise<void>;

type ChannelMessage = {
	readonly event?: string | null | undefined;
	readonly payload?: unknown;
	readonly requestId?: string | null | undefined;
};

/** State that a channel finds when it is opened. */
export interface Inherited {
	readonly part: Part;
	readonly onUnread: (why: string) => void;
	readonly onOpened: () => void;
}

/** The server's end of a channel. */
export class ServerChannel implements Channel {
	readonly name: string;
	readonly render: RenderSession;
	/** Messages wait for an opener that is asynchronous. */
	readonly #opened: Promise<void>;
	readonly #handlers = new Map<string, (payload: unknown) => unknown>();
	readonly #onClose: (() => unknown)[] = [];
	#drain: DrainHook | null = null;
	/** What it got from its former deployment. */
	readonly #inherited: Inherited | null;
	#resumed: Promise<unknown> | null = null;

	constructor(name: string, render: RenderSession, open: ChannelOpener, inherited: Inherited | null = null) {
		this.name = name;
		this.render = render;
		this.#inherited = inherited;
		this.#opened = new Promise<void>((resolve) => resolve(open(this))).then(() => this.#finishOpening());
	}

	get drainHook(): DrainHook | null {
		return this.#drain;
	}

	onDrain(take: () => unknown, options?: HandoffOptions): void {
		this.#drain = { schema: schemaOf(options), take };
		this.render.offerHandoff(true);
	}

	onResume(use: (snapshot: unknown) => unknown, options?: HandoffOptions): void {
		const schema = schemaOf(options);
		if (this.#inherited === null || schema !== this.#inherited.part.schema) return;
		const { part, onUnread } = this.#inherited;
		this.#resumed = within(HOOK_MS, () => use(deserialize(part.state))).catch((error) => onUnread(reasonOf(error)));
	}

	/** Whatever became of it, it is resumed once; an opener that failed before gets it again. */
	async #finishOpening(): Promise<void> {
		if (this.#inherited === null) return;
		const { part, onUnread, onOpened } = this.#inherited;
		if (this.#resumed === null) onUnread(`it does not take schema ${part.schema}`);
		await this.#resumed;
		onOpened();
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
