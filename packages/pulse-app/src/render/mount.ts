import type { RouteInfo } from '../wire/messages.ts';
import { Outbox } from './outbox.ts';

/** A prerendered view waits this long for its browser; `ttlSeconds` of the prerender request replaces it. */
export const PRERENDER_MOUNT_MS = 60_000;
/** A view whose socket was lost waits this long at least. */
export const DISCONNECTED_MOUNT_MS = 300_000;

const OWN_BYTES = 400;

/** One view of a render session: prerendered, then attached by the browser that shows it. */
export class Mount {
	readonly path: string;
	routeInfo: RouteInfo;
	/** Messages for this path wait here until the browser has attached. */
	readonly outbox = new Outbox();
	#forms: Map<string, FormHandler> | null = null;
	/** Unix milliseconds after which attaching is too late; `null` while attached. */
	#expiresAt: number | null;
	#wasShown = false;

	constructor(path: string, routeInfo: RouteInfo, expiresAt: number) {
		this.path = path;
		this.routeInfo = routeInfo;
		this.#expiresAt = expiresAt;
	}

	/** Few views have any, and an empty map is no small thing for each of many. */
	get forms(): Map<string, FormHandler> {
		this.#forms ??= new Map();
		return this.#forms;
	}

	formOf(id: string): FormHandler | undefined {
		return this.#forms?.get(id);
	}

	/** About how much memory it takes, without what the app keeps with it. */
	get size(): number {
		return OWN_BYTES + this.path.length + JSON.stringify(this.routeInfo).length;
	}

	get attached(): boolean {
		return this.#expiresAt === null;
	}

	/** By a browser, which may be away. */
	get wasShown(): boolean {
		return this.#wasShown;
	}

	expired(now: number): boolean {
		return this.#expiresAt !== null && now > this.#expiresAt;
	}

	attach(): void {
		this.#expiresAt = null;
		this.#wasShown = true;
	}

	/** `keptMs`: how long its render session is kept. */
	disconnect(now: number, keptMs: number): void {
		this.#expiresAt ??= now + Math.max(DISCONNECTED_MOUNT_MS, keptMs);
	}
}

/** Handles a form of a view. Throwing answers 500. */
export type FormHandler = (form: FormData) => void | Promise<void>;
