import { type AtomicKv, type Commit, type Entry, type KeyGroup, memberOf } from './atomic-kv.ts';
import { connectRedis } from './redis-connection.ts';
import { redisInfo } from './store-info.ts';

/** How often an empty group is searched for members of a predecessor, which keeps no index. */
const ADOPT_EVERY_MS = 30_000;
const SCAN_COUNT = 1_000;

/** Redis 6.2 or newer, standalone: one script writes keys of different slots. Every write is one script. */
export function openRedis(url: string): AtomicKv {
	const connection = connectRedis(url);
	const adopted = new Map<string, number>();

	async function scan(prefix: string): Promise<string[]> {
		const keys = new Set<string>();
		let cursor = '0';
		do {
			const [next, page] = await connection.run((client) =>
				client.scan(cursor, 'MATCH', `${escapePattern(prefix)}*`, 'COUNT', SCAN_COUNT),
			);
			for (const key of page) keys.add(key);
			cursor = next;
		} while (cursor !== '0');
		return [...keys].sort();
	}

	/** True when members were found that the index lacked. */
	async function adopt(group: KeyGroup): Promise<boolean> {
		if (performance.now() < (adopted.get(group.index) ?? 0)) return false;
		const members = (await scan(group.prefix)).flatMap((key) => memberOf(group, key) ?? []);
		adopted.set(group.index, performance.now() + ADOPT_EVERY_MS);
		if (members.length > 0) await connection.run((client) => client.sadd(group.index, ...members));
		return members.length > 0;
	}

	async function read(keys: readonly string[], groups: readonly KeyGroup[]) {
		const [entries, members] = await connection.run((client) =>
			client.pulseRead(keys.length, ...keys, ...groups.flatMap((group) => [group.index, group.prefix])),
		);
		return {
			entries: new Map(keys.flatMap((key, at) => entry(key, entries[at]))),
			groups: new Map(groups.map((group, at) => [group.prefix, pairs(members[at] ?? [])] as const)),
		};
	}

	return {
		kind: 'redis',
		info: async () => redisInfo(await connection.run((client) => client.info())),
		async read(keys, groups = []) {
			const view = await read(keys, groups);
			const found = await Promise.all(
				groups.map((group) => group.adopt && view.groups.get(group.prefix)?.size === 0 && adopt(group)),
			);
			return found.some(Boolean) ? read(keys, groups) : view;
		},
		async commit({ expect = new Map(), put = [], drop = [], announce = '' }: Commit) {
			const keys = [...expect.keys(), ...put.map(({ key }) => key), ...drop];
			const compared = [...expect.values()].map((value) => (value === null ? '!' : `=${value}`));
			const written = put.flatMap(({ key, value, ttlMs, group }) => [
				value,
				typeof ttlMs === 'number' ? String(Math.max(1, Math.ceil(ttlMs))) : (ttlMs ?? ''),
				group?.index ?? '',
				(group && memberOf(group, key)) ?? '',
			]);
			const counts = [expect.size, put.length, drop.length];
			return connection.run(
				async (client) =>
					(await client.pulseCommit(keys.length, ...keys, ...counts, announce, ...compared, ...written)) === 1,
			);
		},
		subscribe: connection.subscribe,
		async close() {
			connection.close();
		},
	};
}

/** A prefix is meant literally, whatever it contains. */
function escapePattern(prefix: string): string {
	return prefix.replace(/[\\*?[\]]/g, '\\$&');
}

function entry(key: string, found: [string | null, number] | undefined): [string, Entry][] {
	const [value, ttl] = found ?? [null, -2];
	return value === null ? [] : [[key, { value, expiresInMs: ttl < 0 ? null : ttl }]];
}

function pairs(flat: readonly string[]): Map<string, string> {
	const members = new Map<string, string>();
	for (let at = 0; at + 1 < flat.length; at += 2) members.set(flat[at]!, flat[at + 1]!);
	return members;
}
