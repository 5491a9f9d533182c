import { describe, expect, it, vi } from 'vitest';
import type { StoreFixture } from './testing/store-fixture.ts';

export function describeKv(on: StoreFixture): void {
	describe('plain keys (R4.11)', () => {
		it('sets, gets and deletes text of any kind', async () => {
			const text = 'ünï 🙂 \u0001 "quoted"\nlines';
			expect(await on.kv.set('s:ä', text)).toBe(true);
			expect(await on.kv.get('s:ä')).toBe(text);
			await on.kv.delete('s:ä');
			await on.kv.delete('s:ä');
			expect(await on.kv.get('s:ä')).toBeNull();
		});

		it('sets only what is missing when asked to', async () => {
			expect(await on.kv.set('k', '1', { onlyIfMissing: true })).toBe(true);
			expect(await on.kv.set('k', '2', { onlyIfMissing: true })).toBe(false);
			expect(await on.kv.get('k')).toBe('1');
		});

		it('forgets what has expired, and a new value starts without expiry', async () => {
			await on.kv.set('k', '1', { ttlMs: 20 });
			await on.kv.set('l', '1', { ttlMs: 20 });
			await on.kv.set('l', '2');
			await vi.waitFor(async () => expect(await on.kv.get('k')).toBeNull());
			expect(await on.kv.set('k', '3', { onlyIfMissing: true })).toBe(true);
			expect(await on.kv.get('l')).toBe('2');
		});

		it('finds the members of a group that keeps no index by its prefix, taken literally', async () => {
			for (const key of ['p*:b', 'p*:a', 'p_:c', 'pp:d', 'p%:e', 'p[x]:f', 'px:g']) await on.kv.set(key, '1');
			const backend = await on.harness.connect();
			const found = { 'p*:': ['a', 'b'], 'p_:': ['c'], 'p[x]:': ['f'], 'q:': [] };
			for (const [prefix, members] of Object.entries(found)) {
				const { groups } = await backend.read([], [{ prefix, index: `index of ${prefix}`, adopt: true }]);
				expect([...(groups.get(prefix)?.keys() ?? [])].sort(), prefix).toEqual(members);
			}
			await backend.close();
		});
	});
}
