import { systemClock } from 'pulse-deploy-kit/clock';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RoutingSnapshot } from '../deployments/record.ts';
import type { ActivityReport, DeploymentStore, ReplicaDeploymentActivity } from '../deployments/store.ts';
import type { AtomicKv } from './atomic-kv.ts';
import { createDeploymentStore } from './deployment-store.ts';
import { createKv, type Kv } from './kv.ts';
import { race } from './testing/race.ts';

export interface StoreHarness {
	/** A further connection to the same data. */
	connect(): Promise<AtomicKv>;
	stop(): Promise<void>;
}

const REPLICA = '0123456789abcdef';

/** What every backend must do. Each test has data of its own. */
export function describeStore(name: string, start: () => Promise<StoreHarness>): void {
	describe(`${name} store`, () => {
		let harness: StoreHarness;
		let store: DeploymentStore;
		/** Another process's view. */
		let other: DeploymentStore;
		/** Whoever writes keys directly, like the predecessor. */
		let kv: Kv;

		beforeEach(async () => {
			harness = await start();
			store = createDeploymentStore(await harness.connect(), 'pulse:railway', systemClock);
			other = createDeploymentStore(await harness.connect(), 'pulse:railway:', systemClock);
			kv = createKv(await harness.connect());
		});
		afterEach(async () => {
			await Promise.all([store.close(), other.close(), kv.close()]);
			await harness.stop();
		});

		const states = ({ deployments }: RoutingSnapshot) =>
			Object.fromEntries(deployments.map(({ id, state }) => [id, state]));
		const report = (...deployments: Partial<ReplicaDeploymentActivity>[]): ActivityReport => ({
			replicaId: REPLICA,
			at: 1_700_000_000_250,
			ttlMs: 60_000,
			revision: 7,
			deployments: deployments.map((part) => ({
				id: 'a',
				lastSeenAt: 1,
				inFlight: 0,
				sockets: 0,
				requestRate: 0,
				...part,
			})),
		});
		const lock = { name: 'deploy', owner: 'ann@laptop', token: 'token-of-ann', ttlMs: 60_000 } as const;

		describe('deployments', () => {
			it('begins empty at revision 0', async () => {
				expect(await store.snapshot()).toEqual({ revision: 0, activeId: null, promotedAt: null, deployments: [] });
				expect(await store.find('a')).toBeNull();
			});

			it('registers a deployment as pending and leaves the active id alone', async () => {
				const record = { id: 'a', serviceName: 'svc-a', state: 'pending', drainStartedAt: null, lastSeenAt: null };
				expect(await store.register('a', 'svc-a')).toEqual(record);
				expect(await other.find('a')).toEqual(record);
				expect((await other.snapshot()).activeId).toBeNull();
			});

			it('promotes in one step: the new one active, the former draining, pending ones left alone', async () => {
				await store.promote('a', 'svc-a');
				await store.register('b', 'svc-b');
				await store.register('somebody-elses', 'svc-c');
				const promotion = await other.promote('b', 'svc-b');
				expect(promotion.previousActiveId).toBe('a');
				expect(promotion.draining.map(({ id }) => id)).toEqual(['a']);
				const snapshot = await store.snapshot();
				expect(snapshot.activeId).toBe('b');
				expect(states(snapshot)).toEqual({ a: 'draining', b: 'active', 'somebody-elses': 'pending' });
			});

			it('keeps the first drain time until the deployment is promoted again', async () => {
				await store.promote('a', 'svc-a');
				await store.promote('b', 'svc-b');
				const first = (await store.find('a'))?.drainStartedAt;
				expect(first).toBeTypeOf('number');
				await store.promote('c', 'svc-c');
				expect((await store.find('a'))?.drainStartedAt).toBe(first);
				await store.promote('a', 'svc-a');
				expect((await store.find('a'))?.drainStartedAt).toBeNull();
			});

			it('refuses to retire, remove or register the active deployment', async () => {
				await store.promote('a', 'svc-a');
				await expect(store.retire('a')).rejects.toMatchObject({ code: 'active-deployment' });
				await expect(store.remove('a')).rejects.toMatchObject({ code: 'active-deployment' });
				await expect(store.register('a', 'svc-a')).rejects.toMatchObject({ code: 'active-deployment' });
				expect(states(await store.snapshot())).toEqual({ a: 'active' });
			});

			it('retires and removes, and says when it is already gone', async () => {
				await store.promote('a', 'svc-a');
				await store.promote('b', 'svc-b');
				expect(await store.retire('a')).toMatchObject({ id: 'a', state: 'retiring' });
				expect(await store.retire('a')).toMatchObject({ id: 'a', state: 'retiring' });
				expect(await store.remove('a')).toBe(true);
				expect(await store.remove('a')).toBe(false);
				expect(await store.retire('a')).toBeNull();
				expect(states(await other.snapshot())).toEqual({ b: 'active' });
			});

			it('raises the revision with every change and only then', async () => {
				const seen = [(await store.snapshot()).revision];
				for (const change of [
					() => store.register('a', 'svc-a'),
					() => store.promote('a', 'svc-a'),
					() => store.promote('b', 'svc-b'),
					() => store.retire('a'),
					() => store.remove('a'),
				]) {
					await change();
					seen.push((await store.snapshot()).revision);
				}
				expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
				await store.promote('b', 'svc-b');
				await store.remove('a');
				await store.recordActivity(report({ id: 'b', lastSeenAt: 5 }));
				expect((await store.snapshot()).revision).toBe(seen.at(-1));
			});

			it('is still there for whoever connects later', async () => {
				await store.promote('a', 'svc-a');
				const later = createDeploymentStore(await harness.connect(), 'pulse:railway', systemClock);
				expect(await later.snapshot()).toEqual(await store.snapshot());
				await later.close();
			});

			it('keeps stores of other prefixes apart, whatever the prefix contains', async () => {
				await store.promote('a', 'svc-a');
				for (const prefix of ['pulse', 'pulse:rail*', 'pulse:rail_ay', '[pulse]:%']) {
					const neighbour = createDeploymentStore(await harness.connect(), prefix, systemClock);
					expect((await neighbour.snapshot()).deployments).toEqual([]);
					await neighbour.promote('n', 'svc-n');
					expect(states(await neighbour.snapshot())).toEqual({ n: 'active' });
					await neighbour.close();
				}
				expect(states(await store.snapshot())).toEqual({ a: 'active' });
			});
		});

		describe('reconciliation', () => {
			const services = (...ids: string[]) => ids.map((id) => ({ id, serviceName: `svc-${id}` }));

			it('makes a store that lost everything agree with the platform', async () => {
				await store.reconcile({ activeId: 'b', services: services('a', 'b') }, { ifRevision: 0 });
				const snapshot = await other.snapshot();
				expect(snapshot.activeId).toBe('b');
				expect(states(snapshot)).toEqual({ a: 'draining', b: 'active' });
				expect((await store.find('a'))?.drainStartedAt).toBeTypeOf('number');
			});

			it('drops records whose service is gone and keeps pending ones', async () => {
				await store.promote('a', 'svc-a');
				await store.promote('b', 'svc-b');
				await store.register('p', 'svc-p');
				const { revision } = await store.snapshot();
				expect(
					states(await store.reconcile({ activeId: 'b', services: services('b') }, { ifRevision: revision })),
				).toEqual({
					b: 'active',
					p: 'pending',
				});
			});

			it('refuses facts that are older than the last change', async () => {
				await store.promote('a', 'svc-a');
				const { revision } = await store.snapshot();
				await other.promote('b', 'svc-b');
				const stale = store.reconcile({ activeId: 'a', services: services('a', 'b') }, { ifRevision: revision });
				await expect(stale).rejects.toMatchObject({ code: 'stale-facts' });
				expect((await store.snapshot()).activeId).toBe('b');
			});

			it('changes nothing when live already agrees', async () => {
				await store.promote('a', 'svc-a');
				const before = await store.snapshot();
				await store.reconcile({ activeId: 'a', services: services('a') }, { ifRevision: before.revision });
				expect(await store.snapshot()).toEqual(before);
			});
		});

		describe('activity', () => {
			it('sums what the replicas report', async () => {
				await store.promote('a', 'svc-a');
				await store.recordActivity(report({ lastSeenAt: 5_000, inFlight: 1, sockets: 2, requestRate: 1.5 }));
				await other.recordActivity({
					...report({ lastSeenAt: 9_500, inFlight: 2, sockets: 3, requestRate: 2 }),
					replicaId: 'fedcba9876543210',
				});
				const { deployments, replicas } = await store.activity();
				expect([...deployments.values()]).toEqual([
					{ id: 'a', lastSeenAt: 9_500, inFlight: 3, sockets: 5, requestRate: 3.5 },
				]);
				expect(replicas).toHaveLength(2);
				expect(replicas).toContainEqual({ replicaId: REPLICA, at: 1_700_000_000_250, revision: 7 });
				expect((await store.find('a'))?.lastSeenAt).toBe(9_500);
			});

			it('never moves the last-seen time back', async () => {
				await store.promote('a', 'svc-a');
				await store.recordActivity(report({ lastSeenAt: 9_000 }));
				await store.recordActivity(report({ lastSeenAt: 5_000 }));
				expect((await store.find('a'))?.lastSeenAt).toBe(9_000);
			});

			it('neither creates nor resurrects a record', async () => {
				await store.promote('a', 'svc-a');
				await store.promote('b', 'svc-b');
				await store.remove('a');
				await store.recordActivity(report({ id: 'a', sockets: 1 }, { id: 'never-there', sockets: 1 }, { id: 'b' }));
				expect(states(await store.snapshot())).toEqual({ b: 'active' });
				expect([...(await store.activity()).deployments.keys()]).toEqual(['b']);
				expect(await kv.scanPrefix('pulse:railway:deployment:a')).toEqual([]);
			});

			it('forgets a replica whose report has expired, and keeps the last-seen time', async () => {
				await store.promote('a', 'svc-a');
				await store.recordActivity({ ...report({ lastSeenAt: 5_000, sockets: 1 }), ttlMs: 20 });
				await vi.waitFor(async () => expect((await store.activity()).replicas).toEqual([]));
				expect((await store.activity()).deployments.get('a')).toMatchObject({ sockets: 0, lastSeenAt: 5_000 });
				expect(await kv.get(`pulse:railway:deployment:a:ws:${REPLICA}`)).toBeNull();
			});

			it('keeps a lease only while a replica has sockets or requests, and drops it with the record', async () => {
				const lease = `pulse:railway:deployment:a:ws:${REPLICA}`;
				await store.promote('a', 'svc-a');
				await store.recordActivity(report({ sockets: 1 }));
				expect(await kv.get(lease)).toBe('1700000000.25');
				await store.recordActivity(report({}));
				expect(await kv.get(lease)).toBeNull();
				await store.recordActivity(report({ inFlight: 1 }));
				await store.promote('b', 'svc-b');
				await store.remove('a');
				expect(await kv.get(lease)).toBeNull();
			});
		});

		describe('locks', () => {
			it('grants to one and tells the other who holds it', async () => {
				expect(await store.acquireLock(lock)).toMatchObject({ granted: true });
				const refused = await other.acquireLock({ ...lock, owner: 'bob@ci', token: 'token-of-bob' });
				expect(refused).toMatchObject({ granted: false, owner: 'ann@laptop' });
				expect(refused).toMatchObject(
					await other.lockHolder('deploy').then((holder) => ({ acquiredAt: holder?.acquiredAt })),
				);
				expect(await other.lockHolder('janitor')).toBeNull();
			});

			it('grants a repeat by the holder with the same fence', async () => {
				const first = await store.acquireLock(lock);
				expect(await other.acquireLock(lock)).toEqual(first);
			});

			it('is stolen after it expired, with a higher fence', async () => {
				const first = await store.acquireLock({ ...lock, ttlMs: 20 });
				const second = await vi.waitFor(async () => {
					const answer = await other.acquireLock({ ...lock, token: 'token-of-bob' });
					expect(answer.granted).toBe(true);
					return answer;
				});
				expect('fence' in first && 'fence' in second && second.fence > first.fence).toBe(true);
				expect(await store.renewLock('deploy', lock.token, 60_000)).toBe(false);
				expect(await store.releaseLock('deploy', lock.token)).toBe(false);
				expect(await other.releaseLock('deploy', 'token-of-bob')).toBe(true);
				expect(await other.lockHolder('deploy')).toBeNull();
			});

			it('outlives its first term when renewed', async () => {
				await store.acquireLock({ ...lock, ttlMs: 2_000 });
				expect(await store.renewLock('deploy', lock.token, 120_000)).toBe(true);
				const holder = await other.lockHolder('deploy');
				expect((holder?.expiresAt ?? 0) - Date.now()).toBeGreaterThan(60_000);
			});

			it('refuses every write under a grant that was lost', async () => {
				const old = await store.acquireLock({ ...lock, ttlMs: 20 });
				const stale = { lock: { name: 'deploy' as const, fence: 'fence' in old ? old.fence : 0 } };
				await vi.waitFor(async () => expect(await store.lockHolder('deploy')).toBeNull());
				const { revision } = await store.snapshot();
				const writes = () => [
					store.register('a', 'svc-a', stale),
					store.promote('a', 'svc-a', stale),
					store.retire('a', stale),
					store.remove('a', stale),
					store.reconcile(
						{ activeId: 'a', services: [{ id: 'a', serviceName: 's' }] },
						{ ...stale, ifRevision: revision },
					),
				];
				for (const write of writes()) await expect(write).rejects.toMatchObject({ code: 'lock-lost' });
				await other.acquireLock({ ...lock, token: 'token-of-bob' });
				for (const write of writes()) await expect(write).rejects.toMatchObject({ code: 'lock-lost' });
				expect((await store.snapshot()).deployments).toEqual([]);
			});

			it('accepts writes under a grant that is held, renewed or not', async () => {
				const grant = await store.acquireLock(lock);
				const held = { lock: { name: 'deploy' as const, fence: 'fence' in grant ? grant.fence : 0 } };
				await store.promote('a', 'svc-a', held);
				await store.renewLock('deploy', lock.token, 60_000);
				await store.promote('b', 'svc-b', held);
				expect((await other.snapshot()).activeId).toBe('b');
			});

			it('refuses a write that must not run beside a lock', async () => {
				await store.promote('a', 'svc-a');
				await store.promote('b', 'svc-b');
				await other.acquireLock(lock);
				await expect(store.retire('a', { unless: 'deploy' })).rejects.toMatchObject({
					code: 'lock-held',
					owner: 'ann@laptop',
				});
				expect((await store.find('a'))?.state).toBe('draining');
				await other.releaseLock('deploy', lock.token);
				expect(await store.retire('a', { unless: 'deploy' })).toMatchObject({ state: 'retiring' });
			});

			it('respects a lock of the predecessor, which is a bare token', async () => {
				await kv.set('pulse:railway:janitor:lock', 'an-old-token', { ttlMs: 60_000, onlyIfMissing: true });
				expect(await store.acquireLock({ ...lock, name: 'janitor' })).toMatchObject({
					granted: false,
					owner: 'unknown',
				});
				await kv.delete('pulse:railway:janitor:lock');
				expect(await store.acquireLock({ ...lock, name: 'janitor' })).toMatchObject({ granted: true });
				expect(await kv.set('pulse:railway:janitor:lock', 'an-old-token', { onlyIfMissing: true })).toBe(false);
			});
		});

		it('claims a nonce once, for all connections, until it expires', async () => {
			expect(await store.claimOnce('n', 40)).toBe(true);
			expect(await other.claimOnce('m', 60_000)).toBe(true);
			expect(await store.claimOnce('m', 60_000)).toBe(false);
			await vi.waitFor(async () => expect(await other.claimOnce('n', 60_000)).toBe(true));
		});

		it('loses no write of two that race', async () => {
			const results = await Promise.all([race(store, 'left', 40), race(other, 'right', 40)]);
			const replaced = results.flatMap((result) => result.replaced);
			expect(new Set(replaced).size).toBe(80);
			expect(results.reduce((sum, { claimed }) => sum + claimed, 0)).toBe(40);
			const snapshot = await store.snapshot();
			expect(snapshot.deployments).toHaveLength(80);
			expect(snapshot.deployments.filter(({ state }) => state === 'active').map(({ id }) => id)).toEqual([
				snapshot.activeId,
			]);
		});

		describe('watching', () => {
			const watch = (of: DeploymentStore) => {
				const stop = new AbortController();
				const seen: RoutingSnapshot[] = [];
				of.watch({ onSnapshot: (snapshot) => seen.push(snapshot), onLost: () => {} }, stop.signal);
				return { seen, stop };
			};

			it('tells the present and every later change, of any connection', async () => {
				await store.promote('a', 'svc-a');
				const { seen, stop } = watch(store);
				await vi.waitFor(() => expect(seen.at(-1)?.activeId).toBe('a'));
				await other.promote('b', 'svc-b');
				await vi.waitFor(() => expect(seen.at(-1)).toMatchObject({ activeId: 'b' }));
				await store.retire('a');
				await vi.waitFor(() => expect(seen.at(-1) && states(seen.at(-1)!)).toEqual({ a: 'retiring', b: 'active' }));
				stop.abort();
			});

			it('says nothing for activity, and nothing after it was stopped', async () => {
				await store.promote('a', 'svc-a');
				const { seen, stop } = watch(store);
				await vi.waitFor(() => expect(seen).toHaveLength(1));
				await other.recordActivity(report({ lastSeenAt: 9_000, sockets: 1 }));
				await other.promote('b', 'svc-b');
				await vi.waitFor(() => expect(seen.at(-1)?.activeId).toBe('b'));
				expect(seen).toHaveLength(2);
				stop.abort();
				const witness = watch(other);
				await other.promote('a', 'svc-a');
				await vi.waitFor(() => expect(witness.seen.at(-1)?.activeId).toBe('a'));
				expect(seen).toHaveLength(2);
				witness.stop.abort();
			});
		});

		describe('data of the predecessor', () => {
			it('reads records, the active id and drain times, 0 included', async () => {
				await kv.set('pulse:railway:active', 'new');
				await kv.set(
					'pulse:railway:deployment:new',
					'{"deployment_id":"new","state":"active","service_name":"svc-new","drain_started_at":null,"extra":1}',
				);
				await kv.set('pulse:railway:deployment:old', '{"deployment_id":"old","state":"draining","drain_started_at":0}');
				await kv.set('pulse:railway:deployment:old:ws:0123', '1700000000.0', { ttlMs: 60_000 });
				await kv.set('pulse:railway:deployment:torn', '{"deployment_id":');
				expect(await store.snapshot()).toEqual({
					revision: 0,
					activeId: 'new',
					promotedAt: null,
					deployments: [
						{ id: 'new', serviceName: 'svc-new', state: 'active', drainStartedAt: null, lastSeenAt: null },
						{ id: 'old', serviceName: null, state: 'draining', drainStartedAt: 0, lastSeenAt: null },
					],
				});
			});

			it('carries it over with the first write', async () => {
				await kv.set('pulse:railway:active', 'one');
				await kv.set(
					'pulse:railway:deployment:one',
					'{"deployment_id":"one","state":"active","service_name":"svc-one"}',
				);
				await kv.set('pulse:railway:deployment:two', '{"deployment_id":"two","state":"active","last_seen_at":12.5}');
				const promotion = await store.promote('three', 'svc-three');
				expect(promotion.draining.map(({ id }) => id).sort()).toEqual(['one', 'two']);
				expect(states(await other.snapshot())).toEqual({ one: 'draining', three: 'active', two: 'draining' });
				expect((await other.find('two'))?.lastSeenAt).toBe(12_500);
				expect(JSON.parse((await kv.get('pulse:railway:deployment:one')) ?? '')).toMatchObject({
					deployment_id: 'one',
					state: 'draining',
					service_name: 'svc-one',
				});
			});
		});

		describe('plain keys', () => {
			it('sets, gets and deletes text of any kind', async () => {
				const text = 'ünï 🙂 \u0001 "quoted"\nlines';
				expect(await kv.set('s:ä', text)).toBe(true);
				expect(await kv.get('s:ä')).toBe(text);
				await kv.delete('s:ä');
				await kv.delete('s:ä');
				expect(await kv.get('s:ä')).toBeNull();
			});

			it('sets only what is missing when asked to', async () => {
				expect(await kv.set('k', '1', { onlyIfMissing: true })).toBe(true);
				expect(await kv.set('k', '2', { onlyIfMissing: true })).toBe(false);
				expect(await kv.get('k')).toBe('1');
			});

			it('forgets what has expired, and a new value starts without expiry', async () => {
				await kv.set('k', '1', { ttlMs: 20 });
				await kv.set('l', '1', { ttlMs: 20 });
				await kv.set('l', '2');
				await vi.waitFor(async () => expect(await kv.get('k')).toBeNull());
				expect(await kv.set('k', '3', { onlyIfMissing: true })).toBe(true);
				expect(await kv.get('l')).toBe('2');
			});

			it('scans a prefix in order, taken literally', async () => {
				for (const key of ['p*:b', 'p*:a', 'p_:c', 'pp:d', 'p%:e', 'p[x]:f', 'px:g']) await kv.set(key, '1');
				expect(await kv.scanPrefix('p*:')).toEqual(['p*:a', 'p*:b']);
				expect(await kv.scanPrefix('p_')).toEqual(['p_:c']);
				expect(await kv.scanPrefix('p[x]')).toEqual(['p[x]:f']);
				expect(await kv.scanPrefix('q')).toEqual([]);
			});
		});
	});
}
