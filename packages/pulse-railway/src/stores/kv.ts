import type { AtomicKv } from './atomic-kv.ts';

/** Plain string keys (contract R4.11), for whoever needs no more, such as session stores. No NUL characters, which SQLite cuts off. */
export interface Kv {
	readonly kind: AtomicKv['kind'];
	get(key: string): Promise<string | null>;
	/** False only with `onlyIfMissing`, when the key exists. Without `ttlMs` the value never expires. */
	set(
		key: string,
		value: string,
		options?: { readonly ttlMs?: number; readonly onlyIfMissing?: boolean },
	): Promise<boolean>;
	delete(key: string): Promise<void>;
	/** Keys in order. */
	scanPrefix(prefix: string): Promise<string[]>;
	close(): Promise<void>;
}

export function createKv(backend: AtomicKv): Kv {
	return {
		kind: backend.kind,
		get: async (key) => (await backend.read([key])).entries.get(key)?.value ?? null,
		set: (key, value, { ttlMs, onlyIfMissing = false } = {}) =>
			backend.commit({
				expect: new Map(onlyIfMissing ? [[key, null]] : []),
				put: [ttlMs === undefined ? { key, value } : { key, value, ttlMs }],
			}),
		delete: async (key) => {
			await backend.commit({ drop: [key] });
		},
		scanPrefix: (prefix) => backend.scanPrefix(prefix),
		close: () => backend.close(),
	};
}
