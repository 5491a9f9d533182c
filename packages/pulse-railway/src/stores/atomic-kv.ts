import type { StoreInfo } from '../deployments/store-info.ts';

/**
 * What a backend adds: string keys that expire, read together at one instant and written all or nothing. Everything
 * above (deployments, locks, activity, sessions) is built on these two, once. A call that the backend does not answer
 * within its budget rejects with `StoreUnavailableError`.
 */
export interface AtomicKv {
	readonly kind: 'memory' | 'sqlite' | 'redis';

	/** The named keys and all members of the named groups, at one instant. */
	read(keys: readonly string[], groups?: readonly KeyGroup[]): Promise<View>;
	/** Compare and write as one step. False, and nothing is written, when an expectation does not hold. */
	commit(commit: Commit): Promise<boolean>;
	/** Calls `wake` after every commit, of any process, that announced `channel`; may call it once too often. */
	subscribe(channel: string, wake: () => void, signal: AbortSignal): void;
	/** What it says of itself; what only a server has is `null` elsewhere. */
	info(): Promise<StoreInfo>;
	close(): Promise<void>;
}

export interface Entry {
	readonly value: string;
	/** `null`: never expires. */
	readonly expiresInMs: number | null;
}

export interface View {
	readonly entries: ReadonlyMap<string, Entry>;
	/** By group prefix: the members' values. */
	readonly groups: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/** The keys `<prefix><member>`, where a member has no colon: `<prefix><member>:ws:<lease>` is none. */
export interface KeyGroup {
	readonly prefix: string;
	/** Where a backend without ordered keys remembers the members. */
	readonly index: string;
	/** Look for members that a predecessor wrote, which keeps no index. */
	readonly adopt: boolean;
}

export interface Put {
	readonly key: string;
	readonly value: string;
	/** Left out: never expires. `kept`: with the value that it replaces, at the moment of the commit. */
	readonly ttlMs?: number | 'kept';
	readonly group?: KeyGroup;
}

export interface Commit {
	/** The value that each key must have; `null`: must be absent. */
	readonly expect?: ReadonlyMap<string, string | null>;
	readonly put?: readonly Put[];
	readonly drop?: readonly string[];
	readonly announce?: string;
}

export function memberOf(group: KeyGroup, key: string): string | null {
	if (!key.startsWith(group.prefix)) return null;
	const member = key.slice(group.prefix.length);
	return member === '' || member.includes(':') ? null : member;
}

export function valueAt(view: View, key: string): string | null {
	return view.entries.get(key)?.value ?? null;
}
