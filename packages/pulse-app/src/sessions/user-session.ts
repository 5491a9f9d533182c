/**
 * Data of one browser, shared by its tabs and, with a shared store, by all deployments. Reads see the latest writes; writes
 * touch single keys. Values: what JSON knows plus Date, Map and Set (JSON alone with the cookie store).
 */
export interface UserSession {
	/** `null` for a visitor without a session: one is made by the first write. */
	readonly id: string | null;
	get(key: string): Promise<unknown>;
	set(key: string, value: unknown): Promise<void>;
	/** Atomic read and write of one key. `change` may run again when another writer was faster. */
	update<T>(key: string, change: (previous: unknown) => T): Promise<T>;
	delete(key: string): Promise<void>;
	entries(): Promise<Record<string, unknown>>;
}
