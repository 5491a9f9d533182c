import { systemClock } from 'pulse-deploy-kit/clock';
import type { AtomicKv } from '../atomic-kv.ts';
import { openBackend } from '../open.ts';

/** Plain string keys (contract R4.11), as a program that is not ours reads and writes them. No NUL characters, which SQLite cuts off. */
export interface Kv {
	get(key: string): Promise<string | null>;
	/** False only with `onlyIfMissing`, when the key exists. Without `ttlMs` the value never expires. */
	set(
		key: string,
		value: string,
		options?: { readonly ttlMs?: number; readonly onlyIfMissing?: boolean },
	): Promise<boolean>;
	delete(key: string): Promise<void>;
	close(): Promise<void>;
}

/** Nothing is prefixed. */
export const openKv = async (url: string): Promise<Kv> => createKv(await openBackend(url, systemClock));

export function createKv(backend: AtomicKv): Kv {
	return {
		get: async (key) => (await backend.read([key])).entries.get(key)?.value ?? null,
		set: (key, value, { ttlMs, onlyIfMissing = false } = {}) =>
			backend.commit({
				expect: new Map(onlyIfMissing ? [[key, null]] : []),
				put: [ttlMs === undefined ? { key, value } : { key, value, ttlMs }],
			}),
		delete: async (key) => {
			await backend.commit({ drop: [key] });
		},
		close: () => backend.close(),
	};
}
