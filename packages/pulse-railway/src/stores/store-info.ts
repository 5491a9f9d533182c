import type { StoreInfo } from '../deployments/store-info.ts';

/** A store inside this process has no server that could say more. */
export function embeddedInfo(kind: 'memory' | 'sqlite'): StoreInfo {
	const unsaid = { version: null, memoryPolicy: null, memoryLimit: null, memoryUsed: null, evicted: null };
	return { kind, ...unsaid, persistent: kind === 'sqlite', replica: null };
}

/** What `INFO` of Redis, Valkey and their kin tells; managed ones leave lines out. */
export function redisInfo(text: string): StoreInfo {
	const lines = new Map(
		text.split(/\r?\n/).flatMap((line): [string, string][] => {
			const colon = line.indexOf(':');
			return colon < 1 ? [] : [[line.slice(0, colon), line.slice(colon + 1).trim()]];
		}),
	);
	const count = (name: string) => (/^\d+$/.test(lines.get(name) ?? '') ? Number(lines.get(name)) : null);
	const isOn = (name: string) => lines.get(name) === '1';
	const snapshots =
		(count('rdb_last_save_time') ?? 0) > (count('server_start_time') ?? 0) || (count('rdb_saves') ?? 0) > 0;
	return {
		kind: 'redis',
		version: lines.get('redis_version') ?? null,
		memoryPolicy: lines.get('maxmemory_policy') ?? null,
		memoryLimit: count('maxmemory') || null,
		memoryUsed: count('used_memory'),
		evicted: count('evicted_keys'),
		// Snapshots that are switched off look like none made yet, so their absence proves nothing.
		persistent: isOn('aof_enabled') || snapshots ? true : null,
		replica: lines.has('role') ? lines.get('role') !== 'master' : null,
	};
}
