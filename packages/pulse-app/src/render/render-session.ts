import { PulseError } from '../errors.ts';
import type { DrainHook, Parts } from '../handoff/hooks.ts';
import type { UserSession } from '../sessions/user-session.ts';
import type { RouteInfo, ServerMessage } from '../wire/messages.ts';
import { type Serialized, serialize } from '../wire/serialize.ts';
import type { ChannelOpener, ServerChannel } from './channel.ts';
import { Delivery } from './delivery.ts';
import type { Link } from './link.ts';
import { Mount } from './mount.ts';
import { OpenChannels } from './open-channels.ts';
import { Outbox } from './outbox.ts';
import type { PageWord } from './page-word.ts';
import type { RenderSessionOptions } from './render-session-options.ts';

/** A page shows a few views and prerenders some more. Beyond this the oldest that no browser has attached is forgotten. */
export const MAX_MOUNTS = 200;

/**
 * The live state behind one page: its views, its channels and whatever the app keeps in `data`. It outlives its socket, so
 * that a reconnecting browser finds everything as it was, until the session timeout.
 */
export class RenderSession {
	readonly id: string;
	/** Unix milliseconds. */
	readonly openedAt: number;
	/** What its page says of itself; `null` for a client that says nothing, and once the page is leaving. */
	page: PageWord | null = null;
	/** The page has said that its script failed, or that a part of it did not load. */
	hasFailed = false;
	readonly #mounts = new Map<string, Mount>();
	#session: UserSession | null = null;
	#data: Map<string, unknown> | null = null;
	#channels: OpenChannels | null = null;
	readonly #outbox = new Outbox();
	readonly #delivery = new Delivery();
	readonly #options: RenderSessionOptions;
	#owner: string;
	/** Those who wait for the browser to show the new session id; `null` when there is nothing to show. */
	#unproven: (() => void)[] | null = null;
	#toldToLeave = false;
	#saidHandoff = false;
	#closed = false;
	#pageInstance: string | null = null;
	#link: Link | null = null;

	constructor(id: string, owner: string, options: RenderSessionOptions) {
		this.id = id;
		this.#owner = owner;
		this.#options = options;
		this.openedAt = options.now();
	}

	/** Session id of the user whose browser it belongs to. */
	get owner(): string {
		return this.#owner;
	}

	get session(): UserSession {
		this.#session ??= this.#options.sessionOf(this);
		return this.#session;
	}

	/** For the app. */
	get data(): Map<string, unknown> {
		this.#data ??= new Map();
		return this.#data;
	}

	get connected(): boolean {
		return this.#link !== null;
	}

	/**
	 * Binds the session to one page load, which keeps its instance over reconnects. False for another one: a copied tab
	 * with the same render id. A client without instances is never refused.
	 */
	claim(pageInstance: string | null): boolean {
		this.#pageInstance ??= pageInstance;
		return pageInstance === null || pageInstance === this.#pageInstance;
	}

	/** `received`: how many messages the page has seen, from a client that counts them. */
	connect(link: Link, received: number | null = null): void {
		const previous = this.#link;
		this.#link = link;
		for (const tell of this.#unproven ?? []) tell();
		this.#unproven = null;
		previous?.drop();
		for (const message of this.#delivery.resume(received)) link.send(message);
		for (const message of this.#outbox.drain()) this.#deliver(message);
	}

	/** `keptMs`: for how long its page can come back. False when another socket has taken over meanwhile. */
	disconnect(link: Link, keptMs = 0): boolean {
		if (this.#link !== link) return false;
		this.#link = null;
		for (const mount of this.#mounts.values()) mount.disconnect(this.#options.now(), keptMs);
		return true;
	}

	heartbeat(link: Link): void {
		if (this.#link === link) this.#delivery.heartbeat();
	}

	/** Notes a message of a socket; false when that does not speak for the page any more. */
	hear(link: Link): boolean {
		if (this.#link !== link) return false;
		this.#delivery.hear();
		return true;
	}

	/** The user has a new session id. Unless the browser has shown it already, its socket, which is returned, is not heard any more. */
	reown(owner: string, shown: boolean): Link | null {
		this.#owner = owner;
		if (shown) return null;
		this.#unproven ??= [];
		const link = this.#link;
		if (link !== null) this.disconnect(link);
		return link;
	}

	/** Resolves when its browser has shown that the session is its own; rejects when it never will. */
	async proven(): Promise<void> {
		const waiting = this.#unproven;
		if (waiting === null) return;
		if (!this.#closed) await new Promise<void>((resolve) => void waiting.push(resolve));
		if (this.#closed) throw new PulseError('session-rotated', 'The page did not come back with its new session id.');
	}

	/**
	 * Delivered now, or in order when the browser is back and has attached the view that the message is for. What cannot be
	 * serialised throws `TypeError` here, and later changes of the message are not seen, also when it has to wait.
	 */
	send(message: ServerMessage): void {
		const wire = serialize(message);
		const mount = 'path' in message ? this.#mounts.get(message.path) : undefined;
		if (mount !== undefined && !mount.attached) mount.outbox.push(wire);
		else this.#deliver(wire);
	}

	/** Told to load anew, its page may wait for a good moment. */
	get canWait(): boolean {
		return this.#link?.safeReload === true;
	}

	/** Told to go to another deployment, which its state may follow. */
	get isToldToLeave(): boolean {
		return this.#toldToLeave;
	}

	/** Has its page load anew, within so many seconds where it can wait; without a number, as it sees fit: its state is not here. */
	reload(within?: number): void {
		this.#toldToLeave ||= within !== undefined;
		this.offerHandoff((this.#options.handsOver?.() ?? false) || this.drainHooks().size > 0);
		this.send(within !== undefined && this.canWait ? { type: 'reload', within } : { type: 'reload' });
	}

	/** Takes back what {@link reload} said; one that is away hears it when it is back. Returns whether anything was said. */
	stay(): boolean {
		if (!this.#toldToLeave) return false;
		this.#toldToLeave = false;
		this.send({ type: 'stay' });
		return true;
	}

	/** Says once to a page that was told to go that its next one has something to look for: any other opens without a look. */
	offerHandoff(hasHook: boolean): void {
		if (!hasHook || this.#saidHandoff || !this.#toldToLeave || !this.canWait) return;
		this.#saidHandoff = true;
		this.send({ type: 'handoff' });
	}

	mount(path: string, routeInfo: RouteInfo, ttlMs: number): Mount {
		const mount = new Mount(path, routeInfo, this.#options.now() + ttlMs);
		this.#mounts.delete(path);
		this.#mounts.set(path, mount);
		if (this.#mounts.size > MAX_MOUNTS) {
			const waiting = [...this.#mounts.values()].find((other) => !other.attached && other !== mount);
			this.#mounts.delete(waiting?.path ?? (this.#mounts.keys().next().value as string));
		}
		return mount;
	}

	/** `null` when the path was not prerendered here, or too long ago. */
	findMount(path: string): Mount | null {
		const mount = this.#mounts.get(path);
		if (mount === undefined || !mount.expired(this.#options.now())) return mount ?? null;
		this.#mounts.delete(path);
		return null;
	}

	/** Those that are shown, or still may be. */
	mounts(): Mount[] {
		return [...this.#mounts.keys()].flatMap((path) => this.findMount(path) ?? []);
	}

	attach(mount: Mount, routeInfo: RouteInfo, attachId: string | null): void {
		mount.attach();
		mount.routeInfo = routeInfo;
		const { heard } = this.#delivery;
		const received = heard === null ? {} : { received: heard };
		const safely = this.#link?.safeReload ? ({ safeReload: true } as const) : {};
		if (attachId !== null) this.send({ type: 'attach_ack', path: mount.path, attachId, ...received, ...safely });
		for (const message of mount.outbox.drain()) this.#deliver(message);
	}

	detach(path: string): void {
		this.#mounts.delete(path);
	}

	channel(name: string, open: ChannelOpener): ServerChannel {
		this.#channels ??= new OpenChannels(this, this.#options);
		return this.#channels.get(name, open);
	}

	/** What its channels can hand over. */
	drainHooks(): Map<string, DrainHook> {
		return this.#channels?.drainHooks() ?? new Map();
	}

	/** Keeps what its page brought along for its channels. */
	inherit(parts: Parts): void {
		this.#channels ??= new OpenChannels(this, this.#options);
		this.#channels.inherit(parts);
	}

	closeChannel(name: string): void {
		this.#channels?.close(name);
	}

	/** Ends the live state. The registry calls it once. */
	close(): void {
		this.#channels?.closeAll();
		this.#closed = true;
		for (const tell of this.#unproven?.splice(0) ?? []) tell();
		this.#link?.drop();
		this.#link = null;
	}

	#deliver(message: Serialized): void {
		if (this.#link === null) {
			this.#outbox.push(message);
			return;
		}
		this.#link.send(message, this.#delivery.handedOver(message));
	}
}
