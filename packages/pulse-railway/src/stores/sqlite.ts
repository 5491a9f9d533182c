import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'libsql';
import type { Clock } from 'pulse-deploy-kit/clock';
import { StoreUnavailableError } from '../deployments/errors.ts';
import { type AtomicKv, type Commit, type Entry, memberOf } from './atomic-kv.ts';
import { embeddedInfo } from './store-info.ts';

/** How long a call waits for other processes' writes before it rejects. */
const BUDGET_MS = 3_000;
/** Waiting inside SQLite blocks this whole process, so it is short, and the rest is waited outside. */
const BLOCKING_MS = 10;
/** How soon another process's commit is noticed; one look costs about ten microseconds. */
const POLL_MS = 25;
/** Sorts after every key. */
const LAST = '\u{10ffff}';

// `expires_at` is in seconds and `value` is text, as the predecessor had them (contract R4.13).
const SCHEMA = `
	CREATE TABLE IF NOT EXISTS pulse_kv (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires_at REAL);
	CREATE INDEX IF NOT EXISTS pulse_kv_expiry ON pulse_kv (expires_at) WHERE expires_at IS NOT NULL;
`;

interface Row {
	readonly key: string;
	readonly value: string;
	readonly expires_at: number | null;
}

/** One database file, shared by every process of this user that opens it. Parent directories are created. */
export async function openSqlite(path: string, clock: Clock): Promise<AtomicKv> {
	const database = await patiently(() => {
		mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
		createPrivately(path);
		const opened = new Database(path, { timeout: BLOCKING_MS });
		try {
			opened.pragma('journal_mode = WAL');
			opened.pragma('synchronous = NORMAL');
			opened.exec(SCHEMA);
			return opened;
		} catch (error) {
			opened.close();
			throw error;
		}
	});
	const one = database.prepare('SELECT key, value, expires_at FROM pulse_kv WHERE key = ?');
	const range = database.prepare('SELECT key, value, expires_at FROM pulse_kv WHERE key >= ? AND key < ? ORDER BY key');
	const put = database.prepare('INSERT OR REPLACE INTO pulse_kv (key, value, expires_at) VALUES (?, ?, ?)');
	const drop = database.prepare('DELETE FROM pulse_kv WHERE key = ?');
	const purge = database.prepare('DELETE FROM pulse_kv WHERE expires_at <= ?');
	const version = database.prepare('PRAGMA data_version');
	const wakers = new Map<() => void, string>();
	let poll: NodeJS.Timeout | undefined;

	const seconds = () => clock.now() / 1000;
	const live = (row: Row) => row.expires_at === null || row.expires_at > seconds();
	// `all` and not `get`: a statement left halfway would keep its read snapshot open.
	const find = (key: string) => (one.all(key) as Row[]).find(live);
	const under = (prefix: string) => (range.all(prefix, prefix + LAST) as Row[]).filter(live);
	const wake = (channel?: string) => {
		for (const [waker, of] of wakers) if (channel === undefined || channel === of) waker();
	};
	const transaction = <T>(mode: 'DEFERRED' | 'IMMEDIATE', work: () => T) =>
		patiently(() => {
			database.exec(`BEGIN ${mode}`);
			try {
				const result = work();
				database.exec('COMMIT');
				return result;
			} catch (error) {
				if (database.inTransaction) database.exec('ROLLBACK');
				throw error;
			}
		});

	return {
		kind: 'sqlite',
		info: async () => embeddedInfo('sqlite'),
		read: (keys, groups = []) =>
			transaction('DEFERRED', () => {
				const entries = new Map<string, Entry>();
				for (const key of keys) {
					const row = find(key);
					if (row) entries.set(key, { value: row.value, expiresInMs: remaining(row, seconds()) });
				}
				const members = groups.map((group) => {
					const pairs = under(group.prefix).map((row) => [memberOf(group, row.key), row.value] as const);
					return [group.prefix, new Map(pairs.filter((pair): pair is [string, string] => pair[0] !== null))] as const;
				});
				return { entries, groups: new Map(members) };
			}),
		async commit(commit: Commit) {
			const committed = await transaction('IMMEDIATE', () => {
				purge.run(seconds());
				for (const [key, value] of commit.expect ?? []) if ((find(key)?.value ?? null) !== value) return false;
				for (const key of commit.drop ?? []) drop.run(key);
				for (const { key, value, ttlMs } of commit.put ?? []) {
					const kept = ttlMs === 'kept' ? (find(key)?.expires_at ?? null) : null;
					put.run(key, value, typeof ttlMs === 'number' ? seconds() + ttlMs / 1000 : kept);
				}
				return true;
			});
			// The data version shows only what other connections write.
			if (committed && commit.announce) wake(commit.announce);
			return committed;
		},
		subscribe(channel, waker, signal) {
			wakers.set(waker, channel);
			let seen = JSON.stringify(version.all());
			poll ??= setInterval(() => {
				const now = JSON.stringify(version.all());
				if (now !== seen) wake();
				seen = now;
			}, POLL_MS).unref();
			signal.addEventListener('abort', () => wakers.delete(waker), { once: true });
		},
		async close() {
			clearInterval(poll);
			if (database.open) database.close();
		},
	};
}

/**
 * What visitors left in their sessions is for no other user of this machine; the companion files follow this one. Only a file that
 * is not there yet is opened: closing one that SQLite has open would drop its locks.
 */
function createPrivately(path: string): void {
	try {
		closeSync(openSync(path, 'ax', 0o600));
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
	}
}

function remaining({ expires_at }: Row, now: number): number | null {
	return expires_at === null ? null : (expires_at - now) * 1000;
}

/** Repeats while another process writes; every other failure of the file is the store's. */
async function patiently<T>(work: () => T): Promise<T> {
	const deadline = performance.now() + BUDGET_MS;
	for (;;) {
		try {
			return work();
		} catch (error) {
			const busy = String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY');
			if (!busy || performance.now() > deadline) throw new StoreUnavailableError(reason(error), error);
			await delay(1 + Math.random() * 5);
		}
	}
}

const reason = (error: unknown) => (error instanceof Error ? error.message : String(error));
