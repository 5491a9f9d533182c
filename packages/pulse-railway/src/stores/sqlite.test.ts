import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { systemClock } from 'pulse-deploy-kit/clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from './open.ts';
import { openSqlite } from './sqlite.ts';
import { describeStore } from './store.suite.ts';
import { openKv } from './testing/kv.ts';
import { raceInTwoProcesses } from './testing/race-processes.ts';

function temporaryDirectory() {
	return mkdtempSync(join(tmpdir(), 'pulse-sqlite-'));
}

describeStore('sqlite', async () => {
	const directory = temporaryDirectory();
	return {
		connect: () => openSqlite(join(directory, 'deep', 'pulse.db'), systemClock),
		stop: async () => rmSync(directory, { recursive: true }),
	};
});

describe('sqlite file', () => {
	let directory: string;
	beforeEach(() => {
		directory = temporaryDirectory();
	});
	afterEach(() => rmSync(directory, { recursive: true }));

	it('survives two processes that write at once', async () => {
		const url = `sqlite://${join(directory, 'pulse.db')}`;
		await raceInTwoProcesses(url);
		const store = await openStore(url, { prefix: 'race' });
		expect((await store.snapshot()).deployments.filter(({ state }) => state === 'active')).toHaveLength(1);
		await store.close();
	}, 60_000);

	it.skipIf(process.platform === 'win32')(
		'is readable by its own user alone, with all that belongs to it',
		async () => {
			const folder = join(directory, 'new');
			const store = await openKv(`sqlite://${join(folder, 'pulse.db')}`);
			await store.set('a', '1');
			const files = readdirSync(folder);
			expect(files.length).toBeGreaterThan(1);
			for (const path of [folder, ...files.map((name) => join(folder, name))]) {
				expect([path, statSync(path).mode & 0o077]).toEqual([path, 0]);
			}
			await store.close();
		},
	);

	it('is the table of the contract, without rows that have expired (R4.13)', async () => {
		const path = join(directory, 'pulse.db');
		const kv = await openKv(`sqlite:${path}`);
		await kv.set('short', '1', { ttlMs: 1 });
		await kv.set('long', '1', { ttlMs: 60_000 });
		await new Promise((resolve) => setTimeout(resolve, 5));
		await kv.set('forever', '1');
		await kv.close();
		const database = new Database(path);
		const rows = database.prepare('SELECT key, expires_at FROM pulse_kv ORDER BY key').all() as {
			expires_at: number;
		}[];
		expect(rows).toEqual([
			{ key: 'forever', expires_at: null },
			{ key: 'long', expires_at: expect.any(Number) },
		]);
		expect(Math.abs((rows[1]?.expires_at ?? 0) - Date.now() / 1000)).toBeLessThan(61);
		expect(database.pragma('journal_mode', { simple: false })).toEqual([{ journal_mode: 'wal' }]);
		database.close();
	});

	it('waits for a writer without blocking the process, then says that the store is unavailable', async () => {
		const path = join(directory, 'pulse.db');
		const kv = await openKv(`sqlite:${path}`);
		const blocker = new Database(path);
		blocker.exec('BEGIN IMMEDIATE');
		let ticks = 0;
		const ticking = setInterval(() => ticks++, 10);
		await expect(kv.set('k', '1')).rejects.toMatchObject({ code: 'store-unavailable' });
		clearInterval(ticking);
		expect(ticks).toBeGreaterThan(20);
		blocker.exec('ROLLBACK');
		expect(await kv.set('k', '1')).toBe(true);
		blocker.close();
		await kv.close();
	});

	it('says that the store is unavailable when the path cannot be opened', async () => {
		await expect(openKv(`sqlite:${directory}`)).rejects.toMatchObject({ code: 'store-unavailable' });
	});
});
