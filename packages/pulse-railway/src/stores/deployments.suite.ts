import { systemClock } from 'pulse-deploy-kit/clock';
import { describe, expect, it } from 'vitest';
import { createDeploymentStore } from './deployment-store.ts';
import { reportOf, type StoreFixture, stateById } from './testing/store-fixture.ts';

export function describeDeployments(on: StoreFixture): void {
	describe('deployments', () => {
		it('begins empty at revision 0', async () => {
			expect(await on.store.snapshot()).toEqual({ revision: 0, activeId: null, promotedAt: null, deployments: [] });
			expect(await on.store.find('a')).toBeNull();
		});

		it('registers a deployment as pending and leaves the active id alone (R4.5)', async () => {
			const record = { id: 'a', serviceName: 'svc-a', state: 'pending', drainStartedAt: null, lastSeenAt: null };
			expect(await on.store.register('a', 'svc-a')).toEqual(record);
			expect(await on.other.find('a')).toEqual(record);
			expect((await on.other.snapshot()).activeId).toBeNull();
		});

		it('keeps what a container app is through its whole life, and takes it from the durable truth where that was lost', async () => {
			const container = { affinity: 'session', healthPath: '/well', port: 8501 } as const;
			expect(await on.store.register('a', 'svc-a', { container })).toMatchObject({ container });
			await on.other.promote('a', 'svc-a');
			await on.store.recordActivity(reportOf({ tabs: 2 }));
			expect((await on.other.activity()).deployments.get('a')).toMatchObject({ tabs: 2 });
			await on.store.promote('b', 'svc-b');
			const drained = await on.other.snapshot();
			expect(drained.deployments[0]).toMatchObject({ id: 'a', state: 'draining', container });
			expect(drained.deployments[1]).not.toHaveProperty('container');

			const services = [
				{ id: 'a', serviceName: 'svc-a' },
				{ id: 'b', serviceName: 'svc-b', container },
			];
			const told = await on.store.reconcile({ activeId: 'b', services }, { ifRevision: drained.revision });
			expect(told.deployments.map((record) => record.container)).toEqual([container, container]);
		});

		it('a store that lost a container app between its registration and its promotion is told again what it is', async () => {
			const container = { affinity: 'session', healthPath: '/well', port: 8501 } as const;
			await on.store.promote('a', 'svc-a', { container });
			expect(await on.other.find('a')).toMatchObject({ state: 'active', container });
			// Again, by a command that does not know kinds.
			expect((await on.store.promote('a', 'svc-a')).active).toMatchObject({ container });
		});

		it('keeps when a deployment is to be left, until it is promoted again, also past what routers report (R4.3)', async () => {
			await on.store.promote('a', 'svc-a');
			await on.store.promote('b', 'svc-b');
			const departure = { by: Date.now() + 600_000, recalled: true, saidAt: Date.now() };
			expect(await on.other.depart('a', departure)).toMatchObject({ id: 'a', departure });
			await on.store.recordActivity(reportOf({ tabs: 3, tabsBy: { held: 1, hidden: 2 } }));
			expect(await on.other.find('a')).toMatchObject({ state: 'draining', departure });
			expect((await on.other.activity()).deployments.get('a')).toMatchObject({ tabsBy: { held: 1, hidden: 2 } });
			await expect(on.store.depart('b', departure)).rejects.toMatchObject({ code: 'active-deployment' });
			await on.store.promote('a', 'svc-a');
			expect(await on.other.find('a')).not.toHaveProperty('departure');
		});

		it('promotes in one step: the new one active, the former draining, pending ones left alone (R1.12, R4.4)', async () => {
			await on.store.promote('a', 'svc-a');
			await on.store.register('b', 'svc-b');
			await on.store.register('somebody-elses', 'svc-c');
			const promotion = await on.other.promote('b', 'svc-b');
			expect(promotion.previousActiveId).toBe('a');
			expect(promotion.draining.map(({ id }) => id)).toEqual(['a']);
			const snapshot = await on.store.snapshot();
			expect(snapshot.activeId).toBe('b');
			expect(stateById(snapshot)).toEqual({ a: 'draining', b: 'active', 'somebody-elses': 'pending' });
		});

		it('keeps the first drain time until the deployment is promoted again (R4.4, R4.6)', async () => {
			await on.store.promote('a', 'svc-a');
			await on.store.promote('b', 'svc-b');
			const first = (await on.store.find('a'))?.drainStartedAt;
			expect(first).toBeTypeOf('number');
			await on.store.promote('c', 'svc-c');
			expect((await on.store.find('a'))?.drainStartedAt).toBe(first);
			await on.store.promote('a', 'svc-a');
			expect((await on.store.find('a'))?.drainStartedAt).toBeNull();
		});

		it('refuses to retire, remove or register the active deployment (R4.8)', async () => {
			await on.store.promote('a', 'svc-a');
			await expect(on.store.retire('a')).rejects.toMatchObject({ code: 'active-deployment' });
			await expect(on.store.remove('a')).rejects.toMatchObject({ code: 'active-deployment' });
			await expect(on.store.register('a', 'svc-a')).rejects.toMatchObject({ code: 'active-deployment' });
			expect(stateById(await on.store.snapshot())).toEqual({ a: 'active' });
		});

		it('removes a record that another made more of only for those who ask for that state', async () => {
			await on.store.register('a', 'svc-a');
			await on.store.promote('a', 'svc-a');
			await on.other.promote('b', 'svc-b');
			await expect(on.store.remove('a', { from: 'pending' })).rejects.toMatchObject({ code: 'deployment-state' });
			expect((await on.other.find('a'))?.state).toBe('draining');
			expect(await on.store.remove('a', { from: 'draining' })).toBe(true);
			expect(await on.store.remove('a', { from: 'draining' })).toBe(false);
		});

		it('retires and removes, and says when it is already gone', async () => {
			await on.store.promote('a', 'svc-a');
			await on.store.promote('b', 'svc-b');
			expect(await on.store.retire('a')).toMatchObject({ id: 'a', state: 'retiring' });
			expect(await on.store.retire('a')).toMatchObject({ id: 'a', state: 'retiring' });
			expect(await on.store.remove('a')).toBe(true);
			expect(await on.store.remove('a')).toBe(false);
			expect(await on.store.retire('a')).toBeNull();
			expect(stateById(await on.other.snapshot())).toEqual({ b: 'active' });
		});

		it('raises the revision with every change and only then', async () => {
			const seen = [(await on.store.snapshot()).revision];
			for (const change of [
				() => on.store.register('a', 'svc-a'),
				() => on.store.promote('a', 'svc-a'),
				() => on.store.promote('b', 'svc-b'),
				() => on.store.retire('a'),
				() => on.store.remove('a'),
			]) {
				await change();
				seen.push((await on.store.snapshot()).revision);
			}
			expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
			await on.store.promote('b', 'svc-b');
			await on.store.remove('a');
			await on.store.recordActivity(reportOf({ id: 'b', lastSeenAt: 5 }));
			expect((await on.store.snapshot()).revision).toBe(seen.at(-1));
		});

		it('is still there for whoever connects later', async () => {
			await on.store.promote('a', 'svc-a');
			const later = createDeploymentStore(await on.harness.connect(), 'pulse:railway', systemClock);
			expect(await later.snapshot()).toEqual(await on.store.snapshot());
			await later.close();
		});

		it('keeps stores of other prefixes apart, whatever the prefix contains (R4.1)', async () => {
			await on.store.promote('a', 'svc-a');
			for (const prefix of ['pulse', 'pulse:rail*', 'pulse:rail_ay', '[pulse]:%']) {
				const neighbour = createDeploymentStore(await on.harness.connect(), prefix, systemClock);
				expect((await neighbour.snapshot()).deployments).toEqual([]);
				await neighbour.promote('n', 'svc-n');
				expect(stateById(await neighbour.snapshot())).toEqual({ n: 'active' });
				await neighbour.close();
			}
			expect(stateById(await on.store.snapshot())).toEqual({ a: 'active' });
		});
	});

	describe('reconciliation', () => {
		const services = (...ids: string[]) => ids.map((id) => ({ id, serviceName: `svc-${id}` }));

		it('makes a store that lost everything agree with the platform (R4.6)', async () => {
			await on.store.reconcile({ activeId: 'b', services: services('a', 'b') }, { ifRevision: 0 });
			const snapshot = await on.other.snapshot();
			expect(snapshot.activeId).toBe('b');
			expect(stateById(snapshot)).toEqual({ a: 'draining', b: 'active' });
			expect((await on.store.find('a'))?.drainStartedAt).toBeTypeOf('number');
		});

		it('drops records whose service is gone and keeps pending ones', async () => {
			await on.store.promote('a', 'svc-a');
			await on.store.promote('b', 'svc-b');
			await on.store.register('p', 'svc-p');
			const { revision } = await on.store.snapshot();
			expect(
				stateById(await on.store.reconcile({ activeId: 'b', services: services('b') }, { ifRevision: revision })),
			).toEqual({
				b: 'active',
				p: 'pending',
			});
		});

		it('refuses facts that are older than the last change', async () => {
			await on.store.promote('a', 'svc-a');
			const { revision } = await on.store.snapshot();
			await on.other.promote('b', 'svc-b');
			const stale = on.store.reconcile({ activeId: 'a', services: services('a', 'b') }, { ifRevision: revision });
			await expect(stale).rejects.toMatchObject({ code: 'stale-facts' });
			expect((await on.store.snapshot()).activeId).toBe('b');
		});

		it('changes nothing when live already agrees', async () => {
			await on.store.promote('a', 'svc-a');
			const before = await on.store.snapshot();
			await on.store.reconcile({ activeId: 'a', services: services('a') }, { ifRevision: before.revision });
			expect(await on.store.snapshot()).toEqual(before);
		});
	});
}
