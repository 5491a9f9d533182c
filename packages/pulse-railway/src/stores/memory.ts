import type { Clock } from 'pulse-deploy-kit/clock';
import { type AtomicKv, type Commit, type Entry, memberOf } from './atomic-kv.ts';
import { embeddedInfo } from './store-info.ts';

interface Stored {
	readonly value: string;
	readonly expiresAt: number | null;
}

/** Keys in this process, gone with it. Several connections may share one. */
export interface MemoryWorld {
	readonly keys: Map<string, Stored>;
	readonly listeners: Map<string, Set<() => void>>;
}

export function createMemoryWorld(): MemoryWorld {
	return { keys: new Map(), listeners: new Map() };
}

export function openMemory(clock: Clock, world: MemoryWorld = createMemoryWorld()): AtomicKv {
	const live = (key: string): Entry | null => {
		const stored = world.keys.get(key);
		if (!stored) return null;
		if (stored.expiresAt === null) return { value: stored.value, expiresInMs: null };
		const expiresInMs = stored.expiresAt - clock.now();
		if (expiresInMs > 0) return { value: stored.value, expiresInMs };
		world.keys.delete(key);
		return null;
	};
	const liveKeys = () => [...world.keys.keys()].filter((key) => live(key) !== null);

	return {
		kind: 'memory',
		info: async () => embeddedInfo('memory'),
		async read(keys, groups = []) {
			const entries = new Map<string, Entry>();
			for (const key of keys) {
				const entry = live(key);
				if (entry) entries.set(key, entry);
			}
			const members = new Map(groups.map((group) => [group.prefix, new Map<string, string>()]));
			for (const group of groups) {
				for (const key of liveKeys()) {
					const member = memberOf(group, key);
					const entry = member === null ? null : live(key);
					if (member !== null && entry) members.get(group.prefix)?.set(member, entry.value);
				}
			}
			return { entries, groups: members };
		},
		async commit({ expect = new Map(), put = [], drop = [], announce }: Commit) {
			for (const [key, value] of expect) if ((live(key)?.value ?? null) !== value) return false;
			for (const key of drop) world.keys.delete(key);
			for (const { key, value, ttlMs } of put) {
				const kept = world.keys.get(key)?.expiresAt ?? null;
				const expiresAt = ttlMs === 'kept' ? kept : ttlMs === undefined ? null : clock.now() + ttlMs;
				world.keys.set(key, { value, expiresAt });
			}
			if (announce) for (const wake of world.listeners.get(announce) ?? []) wake();
			return true;
		},
		subscribe(channel, wake, signal) {
			const listeners = world.listeners.get(channel) ?? new Set();
			world.listeners.set(channel, listeners.add(wake));
			signal.addEventListener('abort', () => listeners.delete(wake), { once: true });
		},
		async close() {},
	};
}
