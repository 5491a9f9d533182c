import { randomBytes } from 'node:crypto';
import type { RenderSessionCounts } from '../plugin.ts';
import type { RouteInfo } from '../wire/messages.ts';
import type { Link } from './link.ts';
import type { Mount } from './mount.ts';
import { countPages, type PageCounts } from './page-word.ts';
import { RenderSession } from './render-session.ts';
import type { RenderSessionOptions } from './render-session-options.ts';

const MAX_EXPECTED_BYTES = 64 * 1024 ** 2;

export interface RenderRegistryOptions extends Omit<RenderSessionOptions, 'now'> {
	/** How long a render session without a socket is kept. */
	readonly timeoutMs: number;
	/** One whose page went offline. Default, and at least: `timeoutMs`. */
	readonly offlineMs?: number;
	readonly onClosed: (render: RenderSession) => void;
	/** The last render session of this user is gone. */
	readonly onOwnerGone: (sid: string) => void;
	readonly now?: () => number;
	/** Of those that no socket has come for yet, the oldest beyond this number is closed: a flood of page loads is not kept. Default 10,000. */
	readonly maxExpected?: number;
	/** The largest of them is closed while the views of all together are larger, so that one that prerenders much pays for it alone. Default 64 MiB. */
	readonly maxExpectedBytes?: number;
}

/** All render sessions of this process. */
export class RenderRegistry {
	readonly #options: RenderRegistryOptions;
	readonly #renders = new Map<string, RenderSession>();
	readonly #timers = new Map<string, NodeJS.Timeout>();
	readonly #owners = new Map<string, number>();
	/** Those that no socket has come for yet, oldest first, with the size of all that they prerendered. */
	readonly #expected = new Map<RenderSession, number>();
	#expectedBytes = 0;

	constructor(options: RenderRegistryOptions) {
		this.#options = options;
	}

	/** A new one, closed after the timeout unless a socket connects. The id is random unless a browser brings it. */
	create(owner: string, id: string = randomBytes(16).toString('hex')): RenderSession {
		const render = new RenderSession(id, owner, { now: Date.now, ...this.#options });
		this.#renders.set(id, render);
		this.#owners.set(owner, (this.#owners.get(owner) ?? 0) + 1);
		this.#closeLater(render);
		this.#expected.set(render, 0);
		if (this.#expected.size > (this.#options.maxExpected ?? 10_000)) {
			const [oldest] = this.#expected.keys();
			if (oldest !== undefined) this.#close(oldest);
		}
		return render;
	}

	/** Prerenders a path in one of them. */
	mount(render: RenderSession, path: string, routeInfo: RouteInfo, ttlMs: number): Mount {
		const mount = render.mount(path, routeInfo, ttlMs);
		const known = this.#expected.get(render);
		if (known === undefined) return mount;
		const { size } = mount;
		this.#expected.set(render, known + size);
		this.#expectedBytes += size;
		while (this.#expectedBytes > (this.#options.maxExpectedBytes ?? MAX_EXPECTED_BYTES)) {
			this.#close([...this.#expected].reduce((one, other) => (other[1] > one[1] ? other : one))[0]);
		}
		return mount;
	}

	find(id: string): RenderSession | null {
		return this.#renders.get(id) ?? null;
	}

	isOwner(sid: string): boolean {
		return this.#owners.has(sid);
	}

	of(owner: string): RenderSession[] {
		return [...this.#renders.values()].filter((render) => render.owner === owner);
	}

	all(): IterableIterator<RenderSession> {
		return this.#renders.values();
	}

	connect(render: RenderSession, link: Link, received: number | null): void {
		clearTimeout(this.#timers.get(render.id));
		this.#timers.delete(render.id);
		this.#forgetExpected(render);
		render.connect(link, received);
	}

	/**
	 * The user has a new session id. All but the page that asked for it have to show it: their sockets, which are returned, are
	 * not heard any more.
	 */
	reown(former: string, owner: string, by: RenderSession | null): Link[] {
		const renders = this.of(former);
		if (renders.length === 0) return [];
		this.#owners.delete(former);
		this.#owners.set(owner, (this.#owners.get(owner) ?? 0) + renders.length);
		return renders.flatMap((render) => {
			const link = render.reown(owner, render === by);
			if (link !== null) this.#closeLater(render);
			return link ?? [];
		});
	}

	/** `isOffline`: its page did not leave by itself. */
	disconnect(render: RenderSession, link: Link, isOffline = false): void {
		const { timeoutMs, offlineMs = timeoutMs } = this.#options;
		const keptMs = isOffline ? Math.max(timeoutMs, offlineMs) : timeoutMs;
		if (render.disconnect(link, keptMs) && this.#renders.get(render.id) === render) this.#closeLater(render, keptMs);
	}

	/** A prerender that reuses the session proves that its page is still there. */
	keepAlive(render: RenderSession): void {
		if (!render.connected) this.#closeLater(render);
	}

	counts(): RenderSessionCounts {
		let connected = 0;
		for (const render of this.#renders.values()) if (render.connected) connected += 1;
		return { total: this.#renders.size, connected, resumable: this.#renders.size - connected };
	}

	/** What pages say of themselves, those included that are away for a moment. */
	pages(): PageCounts {
		return countPages([...this.#renders.values()].map((render) => render.page));
	}

	closeAll(): void {
		for (const render of [...this.#renders.values()]) this.#close(render);
	}

	#forgetExpected(render: RenderSession): void {
		this.#expectedBytes -= this.#expected.get(render) ?? 0;
		this.#expected.delete(render);
	}

	#closeLater(render: RenderSession, ms = this.#options.timeoutMs): void {
		clearTimeout(this.#timers.get(render.id));
		this.#timers.set(render.id, setTimeout(() => this.#close(render), ms).unref());
	}

	#close(render: RenderSession): void {
		clearTimeout(this.#timers.get(render.id));
		this.#timers.delete(render.id);
		this.#renders.delete(render.id);
		this.#forgetExpected(render);
		const rest = (this.#owners.get(render.owner) ?? 1) - 1;
		if (rest > 0) this.#owners.set(render.owner, rest);
		else {
			this.#owners.delete(render.owner);
			this.#options.onOwnerGone(render.owner);
		}
		render.close();
		this.#options.onClosed(render);
	}
}
