import { type DrainHook, nameOf, type Part, type Parts } from '../handoff/hooks.ts';
import { deserialize } from '../wire/serialize.ts';
import { type ChannelOpener, type Inherited, ServerChannel } from './channel.ts';
import type { RenderSession } from './render-session.ts';

/** Channels of one render session, and what its page brought along for those that are not open yet. */
export class OpenChannels {
	readonly #render: RenderSession;
	readonly #onCloseFailed: (error: unknown) => void;
	readonly #onUnread: ((render: RenderSession, why: string) => void) | undefined;
	readonly #channels = new Map<string, ServerChannel>();
	readonly #inherited = new Map<string, Part>();

	constructor(
		render: RenderSession,
		options: {
			readonly onCloseFailed: (error: unknown) => void;
			readonly onUnread?: (render: RenderSession, why: string) => void;
		},
	) {
		this.#render = render;
		this.#onCloseFailed = options.onCloseFailed;
		this.#onUnread = options.onUnread;
	}

	get(name: string, open: ChannelOpener): ServerChannel {
		const channel = this.#channels.get(name) ?? new ServerChannel(name, this.#render, open, this.#inheritedBy(name));
		this.#channels.set(name, channel);
		return channel;
	}

	/** What can be handed over; of channels that were not opened here what came with the page. */
	drainHooks(): Map<string, DrainHook> {
		const hooks = new Map<string, DrainHook>();
		for (const [name, { schema, state }] of this.#inherited) {
			hooks.set(name, { schema, take: () => deserialize(state) });
		}
		for (const { name, drainHook } of this.#channels.values()) if (drainHook !== null) hooks.set(name, drainHook);
		return hooks;
	}

	/** Keeps what the page brought along. */
	inherit(parts: Parts): void {
		for (const [name, part] of parts) if (name !== null) this.#inherited.set(name, part);
	}

	close(name: string): void {
		this.#channels.get(name)?.close(this.#onCloseFailed);
		this.#channels.delete(name);
	}

	closeAll(): void {
		for (const name of [...this.#channels.keys()]) this.close(name);
	}

	#inheritedBy(name: string): Inherited | null {
		const part = this.#inherited.get(name);
		if (part === undefined) return null;
		return {
			part,
			onUnread: (why) => this.#onUnread?.(this.#render, `${nameOf(name)}: ${why}`),
			onOpened: () => void this.#inherited.delete(name),
		};
	}
}
