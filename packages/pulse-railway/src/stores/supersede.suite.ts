import { describe, expect, it, vi } from 'vitest';
import { leaseOf } from '../deployments/store.ts';
import type { StoreFixture } from './testing/store-fixture.ts';

/** Deploys that are being made, and a later one that takes their place (R8.15). */
export function describeSupersede(on: StoreFixture): void {
	describe('supersede', () => {
		const tokenOf = (id: string) => `the-token-of-${id}`;

		/** Begins to make a deployment, later than all before. */
		async function begin(id: string, lane?: 'deploys' | 'preview pr-1', ttlMs = 60_000) {
			const request = { name: leaseOf(id), owner: `ann: deploy ${id}`, token: tokenOf(id), ttlMs };
			const grant = await on.store.acquireLock({ ...request, lane });
			if (!grant.granted) throw new Error('not granted');
			const lock = { name: leaseOf(id), fence: grant.fence } as const;
			await on.store.register(id, id, { lock });
			await new Promise((done) => setTimeout(done, 2));
			return { lock };
		}
		const by = async (id: string) => (await on.other.lockHolder(leaseOf(id)))?.supersededBy;

		it('tells those of its lane that were begun earlier, and no other, and may be repeated (R8.15)', async () => {
			await begin('early', 'deploys');
			await begin('insists');
			await begin('draft', 'preview pr-1');
			const late = await begin('late', 'deploys');
			await begin('latest', 'deploys');
			for (const store of [on.store, on.other])
				expect(await store.supersede('late', 'deploys', late)).toEqual(['early']);
			const told = await Promise.all(['early', 'insists', 'draft', 'late', 'latest'].map(by));
			expect(told).toEqual(['late', undefined, undefined, undefined, undefined]);
		});

		it('of two that ask it of each other stops one, whoever asks first (R8.15)', async () => {
			const grants = [await begin('a', 'deploys'), await begin('b', 'deploys')];
			const [first, second] = await Promise.all([
				on.store.supersede('a', 'deploys', grants[0]),
				on.other.supersede('b', 'deploys', grants[1]),
			]);
			expect([first, second]).toEqual([[], ['a']]);
		});

		it('a deploy that slept until its lease lapsed, and took it again, is none that was started later (R8.15)', async () => {
			const early = await begin('early', 'deploys', 20);
			const late = await begin('late', 'deploys');
			await vi.waitFor(async () => expect(await on.store.lockHolder(early.lock.name)).toBeNull());
			const request = {
				name: early.lock.name,
				owner: 'ann',
				token: tokenOf('early'),
				ttlMs: 60_000,
				lane: 'deploys',
			} as const;
			const { fence } = early.lock;
			const again = await on.store.acquireLock({ ...request, lastFence: fence, firstFence: fence });
			const lock = { name: early.lock.name, fence: again.granted ? again.fence : 0 } as const;
			expect(await on.store.supersede('early', 'deploys', { lock })).toEqual([]);
			expect(await on.store.supersede('late', 'deploys', late)).toEqual(['early']);
		});

		it('leaves its holder the lease, which is renewed and given back as before (R8.15)', async () => {
			const { lock } = await begin('early', 'deploys');
			await on.other.supersede('late', 'deploys', await begin('late', 'deploys'));
			expect(await on.store.renewLock(lock.name, tokenOf('early'), 60_000)).toBe(true);
			await on.store.remove('early', { lock });
			expect(await on.store.releaseLock(lock.name, tokenOf('early'))).toBe(true);
			expect(await on.store.lockHolder(lock.name)).toBeNull();
		});

		it('says nothing to a canary that runs, to what is active, and to a killed one whose lease has lapsed (R8.15)', async () => {
			await on.store.promote('active', 'active');
			for (const id of ['active', 'canary']) await lease(id);
			await on.store.beginCanary('canary', { share: 500, next: [], everyMs: null });
			await begin('killed', 'deploys', 20);
			await vi.waitFor(async () => expect(await on.store.lockHolder(leaseOf('killed'))).toBeNull());
			expect(await on.store.supersede('late', 'deploys', await begin('late', 'deploys'))).toEqual([]);
		});

		async function lease(id: string) {
			const request = { name: leaseOf(id), owner: 'ann', token: tokenOf(id), ttlMs: 60_000, lane: 'deploys' } as const;
			await on.store.acquireLock(request);
			if (id !== 'active') await on.store.register(id, id);
		}

		it('is refused to one whose own lease was lost (R8.15)', async () => {
			await begin('early', 'deploys');
			const { lock } = await begin('late', 'deploys');
			const stale = { lock: { ...lock, fence: lock.fence - 1 } };
			await expect(on.store.supersede('late', 'deploys', stale)).rejects.toMatchObject({ code: 'lock-lost' });
			await on.store.releaseLock(lock.name, tokenOf('late'));
			await expect(on.store.supersede('late', 'deploys', { lock })).rejects.toMatchObject({ code: 'lock-lost' });
			expect(await by('early')).toBeUndefined();
		});
	});
}
