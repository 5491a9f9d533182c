import { describe, expect, it } from 'vitest';
import { type StoreFixture, stateById } from './testing/store-fixture.ts';

/** Deployments that only those reach who name them (R4.18). */
export function describePreviews(on: StoreFixture): void {
	describe('a preview', () => {
		const until = () => Date.now() + 86_400_000;
		const ready = async (...ids: string[]) => {
			await on.store.promote('one', 'one');
			for (const id of ids) await on.store.register(id, id);
		};

		it('is seen by all as one, beside the active one', async () => {
			await ready('two');
			const preview = { name: 'pr-12', until: until() };
			await on.store.beginPreview('two', preview);
			const seen = await on.other.snapshot();
			expect(stateById(seen)).toEqual({ one: 'active', two: 'draining' });
			expect(seen.deployments.find(({ id }) => id === 'two')).toMatchObject({ preview, neverActive: true });
		});

		it('of several that take one name at once one stays, and the time of all others is over', async () => {
			const ids = ['two', 'three', 'four', 'five'];
			await ready(...ids);
			const all = ids.map((id, at) =>
				[on.store, on.other][at % 2]!.beginPreview(id, { name: 'pr-12', until: until() }),
			);
			await Promise.all(all);
			const { deployments } = await on.store.snapshot();
			const lasting = deployments.filter(({ preview }) => (preview?.until ?? 0) > Date.now());
			expect(lasting).toHaveLength(1);
		});
	});
}
