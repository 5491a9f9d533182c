import type { SessionStore, SessionStoreContext } from 'pulse-app';
import { systemClock } from 'pulse-deploy-kit/clock';
import { usageError } from 'pulse-deploy-kit/errors';
import { StoreUnavailableError } from '../deployments/errors.ts';
import { BACKEND_REDIS_URL_VARIABLE } from '../protocol.ts';
import type { AtomicKv } from '../stores/atomic-kv.ts';
import { openBackend } from '../stores/open.ts';
import { sessionStoreBrand } from './brands.ts';

/** Where the sessions are kept. */
export interface RailwaySessionStoreOptions {
	/** Default `PULSE_RAILWAY_REDIS_URL`, which a deploy sets. `REDIS_URL` is never read: it may be the app's own. */
	readonly url?: string;
	/** Leads every key. Default `pulse:session`. */
	readonly prefix?: string;
	/** Where sessions live when no address is known, as on a developer's machine. Default: refuse to start. */
	readonly fallback?: 'memory';
}

/** User sessions in the Redis of the stack: shared by all deployments, so a visitor keeps them over a deploy. */
export class RailwaySessionStore implements SessionStore {
	readonly [sessionStoreBrand] = 'railway';
	readonly #options: RailwaySessionStoreOptions;
	readonly #prefix: string;
	#backend: AtomicKv | null = null;

	constructor(options: RailwaySessionStoreOptions = {}) {
		this.#options = options;
		this.#prefix = options.prefix ?? 'pulse:session';
	}

	async open({ env, warn }: SessionStoreContext): Promise<void> {
		const url = this.#options.url || env[BACKEND_REDIS_URL_VARIABLE];
		if (!url && this.#options.fallback !== 'memory') {
			throw usageError(
				`RailwaySessionStore needs ${BACKEND_REDIS_URL_VARIABLE}`,
				"Set it, pass { url }, or pass { fallback: 'memory' } for development",
			);
		}
		if (!url) warn(`${BACKEND_REDIS_URL_VARIABLE} is not set: sessions are kept in memory`);
		this.#backend = await openBackend(url || 'memory:', systemClock);
	}

	async read(sid: string): Promise<string | null> {
		const key = this.#key(sid);
		return this.#ask(async (kv) => (await kv.read([key])).entries.get(key)?.value ?? null);
	}

	write(sid: string, value: string, expected: string | null, ttlMs: number): Promise<boolean> {
		const key = this.#key(sid);
		return this.#ask((kv) => kv.commit({ expect: new Map([[key, expected]]), put: [{ key, value, ttlMs }] }));
	}

	async touch(sid: string, ttlMs: number): Promise<void> {
		const value = await this.read(sid);
		// Losing the race means that another request wrote, which touches too.
		if (value !== null) await this.write(sid, value, value, ttlMs);
	}

	async delete(sid: string): Promise<void> {
		await this.#ask((kv) => kv.commit({ drop: [this.#key(sid)] }));
	}

	async close(): Promise<void> {
		await this.#backend?.close();
		this.#backend = null;
	}

	/** The reader of the app's log has no command to run again, and looks after another Redis perhaps. */
	async #ask<T>(question: (kv: AtomicKv) => Promise<T>): Promise<T> {
		if (this.#backend === null) throw new Error('the session store is not open');
		try {
			return await question(this.#backend);
		} catch (error) {
			if (!(error instanceof StoreUnavailableError)) throw error;
			throw new Error(`the session store is unavailable; look at the Redis that ${BACKEND_REDIS_URL_VARIABLE} names`, {
				cause: error,
			});
		}
	}

	#key(sid: string): string {
		return `${this.#prefix}:${sid}`;
	}
}
