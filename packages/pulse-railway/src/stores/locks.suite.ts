import { systemClock } from 'pulse-deploy-kit/clock';
import { describe, expect, it, vi } from 'vitest';
import type { AtomicKv } from './atomic-kv.ts';
import { createDeploymentStore } from './deployment-store.ts';
import { race } from './testing/race.ts';
import type { StoreFixture } from './testing/store-fixture.ts';

const lock = { name: 'deploy', owner: 'ann@laptop', token: 'token-of-ann', ttlMs: 60_000 } as const;

export function describeLocks(on: StoreFixture): void {
	describe('locks', () => {
		it('grants to one and tells the other who holds it', async () => {
			expect(await on.store.acquireLock(lock)).toMatchObject({ granted: true });
			const refused = await on.other.acquireLock({ ...lock, owner: 'bob@ci', token: 'token-of-bob' });
			expect(refused).toMatchObject({ granted: false, owner: 'ann@laptop' });
			expect(refused).toMatchObject(
				await on.other.lockHolder('deploy').then((holder) => ({ acquiredAt: holder?.acquiredAt })),
			);
			expect(await on.other.lockHolder('janitor')).toBeNull();
		});

		it('grants a repeat by the holder with the same fence', async () => {
			const first = await on.store.acquireLock(lock);
			expect(await on.other.acquireLock(lock)).toEqual(first);
		});

		it('is stolen after it expired, with a higher fence (R4.10)', async () => {
			const first = await on.store.acquireLock({ ...lock, ttlMs: 20 });
			const second = await vi.waitFor(async () => {
				const answer = await on.other.acquireLock({ ...lock, token: 'token-of-bob' });
				expect(answer.granted).toBe(true);
				return answer;
			});
			expect('fence' in first && 'fence' in second && second.fence > first.fence).toBe(true);
			expect(await on.store.renewLock('deploy', lock.token, 60_000)).toBe(false);
			expect(await on.store.releaseLock('deploy', lock.token)).toBe(false);
			expect(await on.other.releaseLock('deploy', 'token-of-bob')).toBe(true);
			expect(await on.other.lockHolder('deploy')).toBeNull();
		});

		it('that lapsed is taken again by its last fence as long as nobody had it in between', async () => {
			const first = await on.store.acquireLock({ ...lock, ttlMs: 20 });
			const lastFence = 'fence' in first ? first.fence : 0;
			await vi.waitFor(async () => expect(await on.store.lockHolder('deploy')).toBeNull());
			const again = await on.other.acquireLock({ ...lock, lastFence });
			expect('fence' in again && again.fence > lastFence).toBe(true);
			// The answer may be lost, and the holder ask once more.
			expect(await on.store.acquireLock({ ...lock, lastFence })).toEqual(again);
			await on.store.promote('a', 'svc-a', {
				lock: { name: 'deploy', fence: 'fence' in again ? again.fence : 0 },
			});
		});

		it('that another had in between, held or ended, is not taken again by an old fence', async () => {
			const first = await on.store.acquireLock({ ...lock, ttlMs: 20 });
			const lastFence = 'fence' in first ? first.fence : 0;
			await vi.waitFor(async () => expect(await on.store.lockHolder('deploy')).toBeNull());
			await on.other.acquireLock({ ...lock, owner: 'bob@ci', token: 'token-of-bob' });
			const ask = () => on.store.acquireLock({ ...lock, lastFence });
			expect(await ask()).toMatchObject({ granted: false, owner: 'bob@ci' });
			await on.other.releaseLock('deploy', 'token-of-bob');
			expect(await ask()).toMatchObject({ granted: false });
			expect(await on.store.lockHolder('deploy')).toBeNull();
			// Of two that lapsed, the one that is first is the holder.
			const other = await on.other.acquireLock({ ...lock, token: 'token-of-bob', ttlMs: 20 });
			const since = { ...lock, lastFence: 'fence' in other ? other.fence : 0 };
			await vi.waitFor(async () => expect(await on.store.lockHolder('deploy')).toBeNull());
			const answers = await Promise.all([
				on.store.acquireLock(since),
				on.other.acquireLock({ ...since, token: 'token-of-bob' }),
			]);
			expect(answers.filter(({ granted }) => granted)).toHaveLength(1);
		});

		it('over a store that lost its data is not taken again: what was read is gone', async () => {
			expect(await on.store.acquireLock({ ...lock, lastFence: 7 })).toMatchObject({ granted: false });
		});

		it('outlives its first term when renewed', async () => {
			await on.store.acquireLock({ ...lock, ttlMs: 2_000 });
			expect(await on.store.renewLock('deploy', lock.token, 120_000)).toBe(true);
			const holder = await on.other.lockHolder('deploy');
			expect((holder?.expiresAt ?? 0) - Date.now()).toBeGreaterThan(60_000);
		});

		it('refuses every write under a grant that was lost', async () => {
			const old = await on.store.acquireLock({ ...lock, ttlMs: 20 });
			const stale = { lock: { name: 'deploy' as const, fence: 'fence' in old ? old.fence : 0 } };
			await vi.waitFor(async () => expect(await on.store.lockHolder('deploy')).toBeNull());
			const { revision } = await on.store.snapshot();
			const writes = () => [
				on.store.register('a', 'svc-a', stale),
				on.store.promote('a', 'svc-a', stale),
				on.store.retire('a', stale),
				on.store.remove('a', stale),
				on.store.reconcile(
					{ activeId: 'a', services: [{ id: 'a', serviceName: 's' }] },
					{ ...stale, ifRevision: revision },
				),
			];
			for (const write of writes()) await expect(write).rejects.toMatchObject({ code: 'lock-lost' });
			await on.other.acquireLock({ ...lock, token: 'token-of-bob' });
			for (const write of writes()) await expect(write).rejects.toMatchObject({ code: 'lock-lost' });
			expect((await on.store.snapshot()).deployments).toEqual([]);
		});

		it('takes a lock from the holder who was seen, until its grant would have run out, and gives it back by no means (R4.10)', async () => {
			const short = { ...lock, ttlMs: 300 };
			const first = await on.store.acquireLock(short);
			const lastFence = 'fence' in first ? first.fence : 0;
			const seen = await on.other.lockHolder('deploy');
			if (seen === null) throw new Error('not held');
			const request = { name: 'deploy', owner: 'bob@desk', token: 'token-of-break', seen } as const;
			const other = { ...request, seen: { ...seen, owner: 'eve' } };
			expect(await on.other.breakLock(other)).toMatchObject({ broken: false, holder: { owner: lock.owner } });
			const broken = await on.other.breakLock(request);
			expect(broken).toMatchObject({ broken: true, holder: { owner: 'bob@desk' } });
			expect(Math.abs((broken.holder?.expiresAt ?? 0) - seen.expiresAt)).toBeLessThan(200);
			expect(await on.store.renewLock('deploy', lock.token, 300)).toBe(false);
			expect(await on.store.acquireLock({ ...short, lastFence })).toMatchObject({ granted: false });
			const stale = { lock: { name: 'deploy' as const, fence: lastFence } };
			await expect(on.store.promote('a', 'svc-a', stale)).rejects.toMatchObject({ code: 'lock-lost' });
			await vi.waitFor(async () => expect(await on.store.lockHolder('deploy')).toBeNull());
			expect(await on.store.acquireLock({ ...short, lastFence })).toMatchObject({ granted: false });
			expect(await on.other.breakLock(request)).toEqual({ broken: false, holder: null });
			const next = await on.other.acquireLock({ ...lock, token: 'token-of-carl' });
			expect('fence' in next && next.fence > lastFence).toBe(true);
		});

		it('taken from a holder that renews it at that moment, stays taken for as long as that lasts', async () => {
			await on.store.acquireLock({ ...lock, ttlMs: 2_000 });
			const seen = await on.store.lockHolder('deploy');
			if (seen === null) throw new Error('not held');
			const backend = await on.harness.connect();
			const read: AtomicKv['read'] = async (...asked) => {
				const view = await backend.read(...asked);
				await on.store.renewLock('deploy', lock.token, 60_000);
				return view;
			};
			const breaking = createDeploymentStore({ ...backend, read }, 'pulse:railway', systemClock);
			const broken = await breaking.breakLock({ name: 'deploy', owner: 'bob@desk', token: 'token-of-break', seen });
			const ends = [broken.holder?.expiresAt, (await on.other.lockHolder('deploy'))?.expiresAt];
			for (const end of ends) expect((end ?? 0) - Date.now()).toBeGreaterThan(50_000);
			await backend.close();
		});

		it('accepts writes under a grant that is held, renewed or not', async () => {
			const grant = await on.store.acquireLock(lock);
			const held = { lock: { name: 'deploy' as const, fence: 'fence' in grant ? grant.fence : 0 } };
			await on.store.promote('a', 'svc-a', held);
			await on.store.renewLock('deploy', lock.token, 60_000);
			await on.store.promote('b', 'svc-b', held);
			expect((await on.other.snapshot()).activeId).toBe('b');
		});

		it('refuses a write that must not run beside a lock', async () => {
			await on.store.promote('a', 'svc-a');
			await on.store.promote('b', 'svc-b');
			await on.other.acquireLock(lock);
			await expect(on.store.retire('a', { unless: 'deploy' })).rejects.toMatchObject({
				code: 'lock-held',
				owner: 'ann@laptop',
			});
			expect((await on.store.find('a'))?.state).toBe('draining');
			await on.other.releaseLock('deploy', lock.token);
			expect(await on.store.retire('a', { unless: 'deploy' })).toMatchObject({ state: 'retiring' });
		});

		it('refuses a write that was decided before a lock was granted, also after its end', async () => {
			await on.store.promote('a', 'svc-a');
			await on.store.promote('b', 'svc-b');
			expect(await on.store.lastFence('deploy')).toBe(0);
			const decided = { unless: 'deploy', unlessSince: await on.store.lastFence('deploy') } as const;
			const grant = await on.other.acquireLock(lock);
			await on.other.releaseLock('deploy', lock.token);
			await expect(on.store.retire('a', decided)).rejects.toMatchObject({ code: 'lock-held' });
			expect((await on.store.find('a'))?.state).toBe('draining');
			const unlessSince = await on.store.lastFence('deploy');
			expect(grant).toMatchObject({ fence: unlessSince });
			expect(await on.store.retire('a', { unless: 'deploy', unlessSince })).toMatchObject({ state: 'retiring' });
		});

		it('respects a lock of the predecessor, which is a bare token (R4.2, R4.10)', async () => {
			await on.kv.set('pulse:railway:janitor:lock', 'an-old-token', { ttlMs: 60_000, onlyIfMissing: true });
			expect(await on.store.acquireLock({ ...lock, name: 'janitor' })).toMatchObject({
				granted: false,
				owner: 'unknown',
			});
			await on.kv.delete('pulse:railway:janitor:lock');
			expect(await on.store.acquireLock({ ...lock, name: 'janitor' })).toMatchObject({ granted: true });
			expect(await on.kv.set('pulse:railway:janitor:lock', 'an-old-token', { onlyIfMissing: true })).toBe(false);
		});
	});

	it('claims a nonce once, for all connections, until it expires', async () => {
		expect(await on.store.claimOnce('n', 40)).toBe(true);
		expect(await on.other.claimOnce('m', 60_000)).toBe(true);
		expect(await on.store.claimOnce('m', 60_000)).toBe(false);
		await vi.waitFor(async () => expect(await on.other.claimOnce('n', 60_000)).toBe(true));
	});

	it('loses no write of two that race', async () => {
		const results = await Promise.all([race(on.store, 'left', 40), race(on.other, 'right', 40)]);
		const replaced = results.flatMap((result) => result.replaced);
		expect(new Set(replaced).size).toBe(80);
		expect(results.reduce((sum, { claimed }) => sum + claimed, 0)).toBe(40);
		const snapshot = await on.store.snapshot();
		expect(snapshot.deployments).toHaveLength(80);
		expect(snapshot.deployments.filter(({ state }) => state === 'active').map(({ id }) => id)).toEqual([
			snapshot.activeId,
		]);
	});
}
