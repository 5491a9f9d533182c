import { describe, expect, it } from 'vitest';
import { type StoreFixture, stateById } from './testing/store-fixture.ts';

const TERMS = { share: 500, next: [2_500], everyMs: 60_000 };

/** A deployment that a share of new visitors gets beside the active one (R4.15). */
export function describeCanary(on: StoreFixture): void {
	describe('a canary', () => {
		const begin = async () => {
			await on.store.promote('one', 'one');
			await on.store.register('two', 'two');
			return on.store.beginCanary('two', TERMS);
		};
		const departure = () => ({ by: Date.now() + 600_000, recalled: true, saidAt: Date.now() });

		it('is seen by all, with its share, until it ends', async () => {
			const canary = await begin();
			expect(await on.other.snapshot()).toMatchObject({ activeId: 'one', canary: { id: 'two', ...TERMS } });
			const { beganAt } = canary;
			await on.other.widenCanary({ id: 'two', beganAt, terms: { share: 2_500, next: [], everyMs: null } });
			expect((await on.store.snapshot()).canary).toMatchObject({ share: 2_500, beganAt });
			expect(await on.other.endCanary({ id: 'two', beganAt })).toMatchObject({ state: 'draining', neverActive: true });
			expect(await on.store.snapshot()).not.toHaveProperty('canary');
		});

		it('of several that halt it at once one does, and the history says so once', async () => {
			const { beganAt } = await begin();
			const halts = await Promise.all(
				[on.store, on.other, on.store, on.other].map((store) =>
					store.endCanary({ id: 'two', beganAt, departure: departure() }, { by: 'the router', because: '9 of 100' }),
				),
			);
			expect(halts.filter((record) => record !== null)).toHaveLength(1);
			const told = (await on.other.history()).map(({ event, by }) => `${event} ${by}`);
			expect(told).toEqual(['activated null', 'canary null', 'halted the router', 'recalled the router']);
		});

		it('a halt beside a promotion of it ends as one of the two orders would', async () => {
			for (let round = 0; round < 8; round++) {
				const id = `two-${round}`;
				await on.store.promote('one', 'one');
				await on.store.register(id, id);
				const { beganAt } = await on.store.beginCanary(id, TERMS);
				const [halted] = await Promise.all([
					on.other.endCanary({ id, beganAt, departure: departure() }),
					on.store.promote(id, id),
				]);
				const snapshot = await on.other.snapshot();
				expect(stateById(snapshot)).toMatchObject({ one: 'draining', [id]: 'active' });
				expect(snapshot).not.toHaveProperty('canary');
				expect(snapshot.deployments.find((record) => record.id === id)).not.toHaveProperty('departure');
				if (halted !== null) expect((await on.store.history()).some(({ event }) => event === 'recalled')).toBe(true);
			}
		});

		it('survives what routers report of it, and is not removed by a command that takes it for a leftover', async () => {
			await begin();
			await on.store.recordActivity({
				replicaId: '0123456789abcdef',
				at: Date.now(),
				ttlMs: 60_000,
				revision: 1,
				deployments: [{ id: 'two', lastSeenAt: Date.now(), inFlight: 1, sockets: 2, requestRate: 3 }],
			});
			await expect(on.other.remove('two', { from: 'pending' })).rejects.toMatchObject({ code: 'canary-runs' });
			expect((await on.other.snapshot()).canary).toMatchObject({ id: 'two' });
		});

		it('is counted by all processes together, of this rollout alone, also by those that have ended', async () => {
			const { beganAt } = await begin();
			const count = (trials: number, failures: number) => ({
				beganAt,
				canary: { trials, failures },
				active: { trials: 10 * trials, failures },
				evidence: [1, 2, 3, 4, 5, trials],
			});
			await on.store.recordCanary('a'.repeat(16), count(10, 1));
			await on.store.recordCanary('a'.repeat(16), count(20, 2));
			await on.other.recordCanary('b'.repeat(16), count(5, 0));
			await on.other.recordCanary('c'.repeat(16), { ...count(999, 9), beganAt: beganAt - 1 });
			expect(await on.store.canaryCount(beganAt)).toEqual({
				beganAt,
				canary: { trials: 25, failures: 2 },
				active: { trials: 250, failures: 2 },
				evidence: [2, 4, 6, 8, 10, 25],
			});
			expect((await on.store.canaryCount(beganAt + 1)).canary.trials).toBe(0);
		});
	});
}
