import { describe, expect, it } from 'vitest';
import { type StoreFixture, stateById } from './testing/store-fixture.ts';

export function describePredecessor(on: StoreFixture): void {
	describe('data of the predecessor', () => {
		it('reads records, the active id and drain times, 0 included (R4.2, R4.7)', async () => {
			await on.kv.set('pulse:railway:active', 'new');
			await on.kv.set(
				'pulse:railway:deployment:new',
				'{"deployment_id":"new","state":"active","service_name":"svc-new","drain_started_at":null,"extra":1}',
			);
			await on.kv.set(
				'pulse:railway:deployment:old',
				'{"deployment_id":"old","state":"draining","drain_started_at":0}',
			);
			await on.kv.set('pulse:railway:deployment:old:ws:0123', '1700000000.0', { ttlMs: 60_000 });
			await on.kv.set('pulse:railway:deployment:torn', '{"deployment_id":');
			expect(await on.store.snapshot()).toEqual({
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
			await on.kv.set('pulse:railway:active', 'one');
			await on.kv.set(
				'pulse:railway:deployment:one',
				'{"deployment_id":"one","state":"active","service_name":"svc-one"}',
			);
			await on.kv.set('pulse:railway:deployment:two', '{"deployment_id":"two","state":"active","last_seen_at":12.5}');
			const promotion = await on.store.promote('three', 'svc-three');
			expect(promotion.draining.map(({ id }) => id).sort()).toEqual(['one', 'two']);
			expect(stateById(await on.other.snapshot())).toEqual({ one: 'draining', three: 'active', two: 'draining' });
			expect((await on.other.find('two'))?.lastSeenAt).toBe(12_500);
			expect(JSON.parse((await on.kv.get('pulse:railway:deployment:one')) ?? '')).toMatchObject({
				deployment_id: 'one',
				state: 'draining',
				service_name: 'svc-one',
			});
		});
	});
}
