import { SESSION_STORE_BRAND } from '../brand.ts';
import type { SessionStore } from './store.ts';

/** Bounds of a store in memory. */
export interface MemorySessionStoreOptions {
	/** The least recently used session beyond this number is dropped. Default 100,000. */
	readonly maxSessions?: number;
	/** Unix milliseconds. Default `Date.now`. */
	readonly now?: () => number;
}

/** Sessions in the memory of one process: gone at its end, unknown to other deployments. */
export class MemorySessionStore implements SessionStore {
	readonly [SESSION_STORE_BRAND] = 'memory';
	/** In order of last use. */
	readonly #entries = new Map<string, { value: string; expiresAt: number }>();
	readonly #maxSessions: number;
	readonly #now: () => number;

	constructor(options: MemorySessionStoreOptions = {}) {
		this.#maxSessions = options.maxSessions ?? 100_000;
		this.#now = options.now ?? Date.now;
	}

	async read(sid: string): Promise<string | null> {
		return this.#find(sid);
	}

	async write(sid: string, value: string, expected: string | null, ttlMs: number): Promise<boolean> {
		if (this.#find(sid) !== expected) return false;
		this.#put(sid, value, ttlMs);
		return true;
	}

	async touch(sid: string, ttlMs: number): Promise<void> {
		const value = this.#find(sid);
		if (value !== null) this.#put(sid, value, ttlMs);
	}

	async delete(sid: string): Promise<void> {
		this.#entries.delete(sid);
	}

	#find(sid: string): string | null {
		const entry = this.#entries.get(sid);
		if (entry === undefined) return null;
		if (entry.expiresAt > this.#now()) return entry.value;
		this.#entries.delete(sid);
		return null;
	}

	#put(sid: string, value: string, ttlMs: number): void {
		this.#entries.delete(sid);
		this.#entries.set(sid, { value, expiresAt: this.#now() + ttlMs });
		if (this.#entries.size <= this.#maxSessions) return;
		const [oldest] = this.#entries.keys();
		if (oldest !== undefined) this.#entries.delete(oldest);
	}
}
