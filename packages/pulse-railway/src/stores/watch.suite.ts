import { describe, expect, it, vi } from 'vitest';
import type { RoutingSnapshot } from '../deployments/record.ts';
import type { DeploymentStore } from '../deployments/store.ts';
import { reportOf, type StoreFixture, stateById } from './testing/store-fixture.ts';

export function describeWatching(on: StoreFixture): void {
	describe('watching', () => {
		const watch = (of: DeploymentStore) => {
			const stop = new AbortController();
			const seen: RoutingSnapshot[] = [];
			of.watch({ onSnapshot: (snapshot) => seen.push(snapshot), onLost: () => {} }, stop.signal);
			return { seen, stop };
		};

		it('tells the present and every later change, of any connection, within a second (R4.16)', async () => {
			await on.store.promote('a', 'svc-a');
			const { seen, stop } = watch(on.store);
			await vi.waitFor(() => expect(seen.at(-1)?.activeId).toBe('a'));
			await on.other.promote('b', 'svc-b');
			await vi.waitFor(() => expect(seen.at(-1)).toMatchObject({ activeId: 'b' }));
			await on.store.retire('a');
			await vi.waitFor(() => expect(seen.at(-1) && stateById(seen.at(-1)!)).toEqual({ a: 'retiring', b: 'active' }));
			stop.abort();
		});

		it('says nothing for activity, and nothing after it was stopped', async () => {
			await on.store.promote('a', 'svc-a');
			const { seen, stop } = watch(on.store);
			await vi.waitFor(() => expect(seen).toHaveLength(1));
			await on.other.recordActivity(reportOf({ lastSeenAt: 9_000, sockets: 1 }));
			await on.other.promote('b', 'svc-b');
			await vi.waitFor(() => expect(seen.at(-1)?.activeId).toBe('b'));
			expect(seen).toHaveLength(2);
			stop.abort();
			const witness = watch(on.other);
			await on.other.promote('a', 'svc-a');
			await vi.waitFor(() => expect(witness.seen.at(-1)?.activeId).toBe('a'));
			expect(seen).toHaveLength(2);
			witness.stop.abort();
		});
	});
}
