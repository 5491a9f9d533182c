import type { SESSION_STORE_BRAND } from '../brand.ts';
import type { Env } from '../config/environment.ts';

/**
 * Where the sessions of users live on the server. A store keeps opaque strings and offers one atomic primitive,
 * compare-and-set: the runtime changes single keys on top of it, so two deployments that write at once do not overwrite
 * each other's whole session. Snapshots of pages (`app.onDrain`) wait there too, as `handoff:` and 32 hex characters.
 */
export interface SessionStore {
	/** Name that deploy tools read, e.g. `memory` or `railway`. */
	readonly [SESSION_STORE_BRAND]: string;
	/** Before the server listens. Constructing a store connects to nothing. */
	open?(context: SessionStoreContext): void | Promise<void>;
	/** `null` when absent or expired. */
	read(sid: string): Promise<string | null>;
	/** Writes only if the stored value still equals `expected` (`null`: absent); false when it does not. */
	write(sid: string, value: string, expected: string | null, ttlMs: number): Promise<boolean>;
	/** Prolongs the life of an entry; absent entries stay absent. */
	touch(sid: string, ttlMs: number): Promise<void>;
	delete(sid: string): Promise<void>;
	close?(): void | Promise<void>;
}

/** What a store is told when the app starts. */
export interface SessionStoreContext {
	readonly mode: 'prod' | 'ci' | 'dev';
	readonly env: Env;
	warn(message: string): void;
}
