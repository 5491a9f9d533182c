import { describe, expect, it } from 'vitest';
import { MAX_HISTORY } from '../deployments/store.ts';
import type { StoreFixture } from './testing/store-fixture.ts';

/** What is told of a deployment's life, written in the same step as what happened. */
export function describeHistory(on: StoreFixture): void {
	describe('history', () => {
		const token = 't'.repeat(32);
		const told = async () =>
			(await on.other.history()).map(({ event, id, from, by, because }) => ({
				said: [event, id, ...(from ? [`from ${from}`] : [])].join(' '),
				...(by ? { by } : {}),
				...(because ? { because } : {}),
			}));

		it('tells who made what active, what was retired and deleted, by whom and why (R4.14)', async () => {
			const request = { name: 'deploy', owner: 'anna@laptop: pulse-railway deploy two', token, ttlMs: 60_000 } as const;
			const grant = await on.store.acquireLock(request);
			if (!grant.granted) throw new Error('not granted');
			const lock = { name: 'deploy', fence: grant.fence } as const;
			await on.store.register('one', 'one');
			await on.store.promote('one', 'one');
			await on.store.promote('two', 'two', { lock });
			await on.store.retire('one', { because: 'drainable' });
			await on.store.remove('one', { because: 'drainable' });
			expect(await told()).toEqual([
				{ said: 'activated one' },
				{ said: 'activated two from one', by: request.owner },
				{ said: 'retired one', because: 'drainable' },
				{ said: 'deleted one', because: 'drainable' },
			]);
		});

		it('tells what was recalled, drained by a time, and taken back (R4.14)', async () => {
			await on.store.promote('one', 'one');
			await on.store.promote('two', 'two');
			await on.store.depart('one', { by: 5_000, recalled: true, saidAt: Date.now() });
			await on.store.depart('one', { by: null, recalled: false, saidAt: Date.now() + 1 });
			await on.store.depart('one', { by: 6_000, recalled: false, saidAt: Date.now() + 2 });
			const kept = (await on.other.history()).slice(2).map(({ event, id, until = null }) => [event, id, until]);
			expect(kept).toEqual([
				['recalled', 'one', 5_000],
				['stays', 'one', null],
				['drains', 'one', 6_000],
			]);
		});

		it('tells with a promotion, a canary and a preview what they were made of, no longer than it keeps (R4.14)', async () => {
			const provenance = { image: 'ghcr.io/shop:one', commit: '1a2b3c4d5e6f-dirty', message: `${'a'.repeat(239)}😀` };
			await on.store.promote('one', 'one', { provenance });
			await on.store.register('two', 'two');
			await on.store.beginCanary('two', { share: 500, next: [], everyMs: null }, { provenance: { message: 'two' } });
			await on.store.register('three', 'three');
			const preview = { name: 'pr-12', until: Date.now() + 60_000 };
			await on.store.beginPreview('three', preview, { provenance: { commit: 'abc', message: '' } });
			await on.store.promote('two', 'two');
			const kept = (await on.other.history()).map(({ id, event, image, commit, message }) => [
				`${event} ${id}`,
				image,
				commit,
				message,
			]);
			expect(kept).toEqual([
				['activated one', provenance.image, provenance.commit, 'a'.repeat(239)],
				['canary two', undefined, undefined, 'two'],
				['preview three', undefined, 'abc', undefined],
				['activated two', undefined, undefined, undefined],
			]);
		});

		it('tells nothing of what changes nothing, nor of deployments that never had visitors', async () => {
			await on.store.promote('one', 'one');
			await on.store.promote('one', 'one');
			await on.store.register('two', 'two');
			await on.store.remove('two');
			expect(await told()).toEqual([{ said: 'activated one' }]);
		});

		it('tells apart what was restored from what was promoted', async () => {
			const { revision } = await on.store.snapshot();
			const services = [{ id: 'one', serviceName: 'one' }];
			await on.store.reconcile({ activeId: 'one', services }, { ifRevision: revision });
			expect(await told()).toEqual([{ said: 'restored one' }]);
		});

		it('keeps the newest', async () => {
			for (let count = 0; count <= MAX_HISTORY; count++) await on.store.promote(count % 2 ? 'odd' : 'even', 'x');
			const kept = await on.store.history();
			expect([kept.length, kept[0]?.id, kept.at(-1)?.id]).toEqual([MAX_HISTORY, 'odd', 'even']);
		}, 60_000);
	});
}
