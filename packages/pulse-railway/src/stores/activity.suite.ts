import { describe, expect, it, vi } from 'vitest';
import { REPLICA, reportOf, type StoreFixture, stateById } from './testing/store-fixture.ts';

export function describeActivity(on: StoreFixture): void {
	describe('activity', () => {
		it('sums what the replicas report', async () => {
			await on.store.promote('a', 'svc-a');
			await on.store.recordActivity(reportOf({ lastSeenAt: 5_000, inFlight: 1, sockets: 2, requestRate: 1.5 }));
			await on.other.recordActivity({
				...reportOf({ lastSeenAt: 9_500, inFlight: 2, sockets: 3, requestRate: 2 }),
				replicaId: 'fedcba9876543210',
			});
			const { deployments, replicas } = await on.store.activity();
			expect([...deployments.values()]).toEqual([
				{ id: 'a', lastSeenAt: 9_500, inFlight: 3, sockets: 5, requestRate: 3.5 },
			]);
			expect(replicas).toHaveLength(2);
			expect(replicas).toContainEqual({ replicaId: REPLICA, at: 1_700_000_000_250, revision: 7 });
			expect((await on.store.find('a'))?.lastSeenAt).toBe(9_500);
		});

		it('sums failures, and says nothing of them while a replica that saw the deployment tells none', async () => {
			await on.store.promote('a', 'svc-a');
			await on.store.recordActivity(reportOf({ requestRate: 2, failureRate: 0.5 }));
			await on.other.recordActivity({
				...reportOf({ requestRate: 1, failureRate: 1 }),
				replicaId: 'fedcba9876543210',
			});
			const rate = async () => (await on.store.activity()).deployments.get('a')?.failureRate;
			expect(await rate()).toBe(1.5);
			await on.other.recordActivity({ ...reportOf({ requestRate: 1 }), replicaId: '0000000000000000' });
			expect(await rate()).toBeUndefined();
		});

		it('knows when all replicas know of all tabs, which one that counts none never does', async () => {
			expect((await on.store.activity()).tabsWholeAt).toBeNull();
			await on.store.recordActivity({ ...reportOf(), tabsWholeAt: 5_000 });
			expect((await on.store.activity()).tabsWholeAt).toBe(5_000);
			await on.other.recordActivity({ ...reportOf(), replicaId: 'fedcba9876543210', tabsWholeAt: 9_250 });
			expect((await on.store.activity()).tabsWholeAt).toBe(9_250);
			await on.other.recordActivity({ ...reportOf(), replicaId: '0000000000000000' });
			expect((await on.store.activity()).tabsWholeAt).toBeNull();
		});

		it('never moves the last-seen time back', async () => {
			await on.store.promote('a', 'svc-a');
			await on.store.recordActivity(reportOf({ lastSeenAt: 9_000 }));
			await on.store.recordActivity(reportOf({ lastSeenAt: 5_000 }));
			expect((await on.store.find('a'))?.lastSeenAt).toBe(9_000);
		});

		it('neither creates nor resurrects a record', async () => {
			await on.store.promote('a', 'svc-a');
			await on.store.promote('b', 'svc-b');
			await on.store.remove('a');
			await on.store.recordActivity(reportOf({ id: 'a', sockets: 1 }, { id: 'never-there', sockets: 1 }, { id: 'b' }));
			expect(stateById(await on.store.snapshot())).toEqual({ b: 'active' });
			expect([...(await on.store.activity()).deployments.keys()]).toEqual(['b']);
			expect(await on.kv.get('pulse:railway:deployment:a')).toBeNull();
			expect(await on.kv.get(`pulse:railway:deployment:a:ws:${REPLICA}`)).toBeNull();
		});

		it('forgets a replica whose report has expired, and keeps the last-seen time', async () => {
			await on.store.promote('a', 'svc-a');
			await on.store.recordActivity({ ...reportOf({ lastSeenAt: 5_000, sockets: 1 }), ttlMs: 20 });
			await vi.waitFor(async () => expect((await on.store.activity()).replicas).toEqual([]));
			expect((await on.store.activity()).deployments.get('a')).toMatchObject({ sockets: 0, lastSeenAt: 5_000 });
			expect(await on.kv.get(`pulse:railway:deployment:a:ws:${REPLICA}`)).toBeNull();
		});

		it('keeps a lease only while a replica has sockets or requests, and drops it with the record (R3.8, R4.2, R4.8)', async () => {
			const lease = `pulse:railway:deployment:a:ws:${REPLICA}`;
			await on.store.promote('a', 'svc-a');
			await on.store.recordActivity(reportOf({ sockets: 1 }));
			expect(await on.kv.get(lease)).toBe('1700000000.25');
			await on.store.recordActivity(reportOf({}));
			expect(await on.kv.get(lease)).toBeNull();
			await on.store.recordActivity(reportOf({ inFlight: 1 }));
			await on.store.promote('b', 'svc-b');
			await on.store.remove('a');
			expect(await on.kv.get(lease)).toBeNull();
		});
	});
}
