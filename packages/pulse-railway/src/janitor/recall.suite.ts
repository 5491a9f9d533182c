import { describe, expect, it } from 'vitest';
import { idle, type OpenStore, POLICY, useJanitor } from './testing/janitor-fixture.ts';

/** What a janitor does with deployments that were recalled, or are drained by a time. */
export function describeRecall(open: OpenStore): void {
	describe('a janitor and a recalled deployment (R9.7)', () => {
		const on = useJanitor(open);
		const busy = (id: string, more: object = {}) => ({
			sessions: { ...idle(id), render_session_count: 2, drainable: false, ...more },
			sockets: 2,
		});
		const recall = (id: string, inMs: number, recalled = true) =>
			on.store.depart(id, { by: on.now + inMs, recalled, saidAt: on.now });
		const policy = { ...POLICY, rollbackWindowMs: 3_600_000 };

		it('deletes it when nobody is left, although it would be kept to go back to', async () => {
			await on.deploy('bad');
			await on.deploy('good');
			await recall('bad', 600_000);
			on.now += 61_000;
			expect(await on.run({ policy })).toMatchObject({ deleted: [{ id: 'bad', reason: 'drainable' }] });
		});

		it('tells its pages once more how long they have, where the app knows a time', async () => {
			await on.deploy(
				'bad',
				busy('bad', { busy_render_count: 1, idle_render_count: 1, hidden_render_count: 0, held_render_count: 0 }),
			);
			await on.deploy('good');
			await recall('bad', 600_000);
			on.now += 61_000;
			expect(await on.run({ policy })).toMatchObject({ kept: [{ id: 'bad', reason: 'still_active' }] });
			expect(on.log).toEqual(['reload bad {"within":539}']);
			expect(on.slept).toEqual([]);
		});

		it('tells the pages of an older app only when the time is over: they would load anew at once', async () => {
			await on.deploy('bad', busy('bad'));
			await on.deploy('good');
			await recall('bad', 600_000);
			on.now += 599_000;
			await on.run({ policy });
			expect(on.log).toEqual([]);
			on.now += 2_000;
			expect(await on.run({ policy })).toMatchObject({ deleted: [] });
			expect(on.log).toEqual(['reload bad {"within":0}']);
		});

		it('gives whoever is still there a last call, and then deletes it', async () => {
			await on.deploy('bad', busy('bad'));
			await on.deploy('good');
			await recall('bad', 60_000);
			on.now += 105_000;
			expect(await on.run({ policy })).toMatchObject({ deleted: [{ id: 'bad', reason: 'recalled' }] });
			expect(on.log).toEqual(['reload bad {"within":0}', 'delete id-svc-bad']);
			expect(on.slept).toEqual([1_000]);
			expect(await on.states()).toEqual({ good: 'active' });
		});

		it.each([
			['before its pages are told', 61_000, 'find'],
			['before it is deleted', 105_000, 'activity'],
		] as const)('leaves one alone that became active again %s', async (_, after, hook) => {
			await on.deploy('bad', busy('bad'));
			await on.deploy('good');
			await recall('bad', 60_000);
			on.now += after;
			const promoteFirst = async (id: string) => {
				await on.store.promote('bad', 'svc-bad');
				return on.store[hook](id) as never;
			};
			expect(await on.run({ policy, store: { ...on.store, [hook]: promoteFirst } })).toMatchObject({ deleted: [] });
			expect(on.log).toEqual([]);
			expect(await on.states()).toEqual({ bad: 'active', good: 'draining' });
		});

		it('leaves one alone of which that was taken back while it was judged', async () => {
			await on.deploy('bad', busy('bad'));
			await on.deploy('good');
			await recall('bad', 60_000);
			on.now += 105_000;
			const wrapped = {
				...on.store,
				activity: async () => {
					const token = 't'.repeat(16);
					const lock = await on.store.acquireLock({ name: 'deploy', owner: 'ann', token, ttlMs: 60_000 });
					expect(lock.granted).toBe(true);
					await on.store.depart('bad', { by: null, recalled: false, saidAt: on.now });
					await on.store.releaseLock('deploy', token);
					return on.store.activity();
				},
			};
			expect(await on.run({ policy, store: wrapped })).toMatchObject({ deleted: [], kept: [{ id: 'bad' }] });
			expect(await on.states()).toEqual({ bad: 'draining', good: 'active' });
		});

		it('restores a recall that a store lost from what its service says', async () => {
			await on.deploy('bad', busy('bad'));
			await on.deploy('good');
			const said = new Date(on.now).toISOString();
			const until = new Date(on.now + 60_000).toISOString();
			const service = on.world.services.find(({ name }) => name === 'svc-bad');
			Object.assign(service?.variables ?? {}, { PULSE_RAILWAY_DEPARTURE: `recalled by ${until} said ${said}` });
			on.now += 1_000;
			await on.run({ policy });
			expect((await on.store.find('bad'))?.departure).toMatchObject({ recalled: true });
		});

		it('keeps one that is drained by a time to go back to, when everybody has moved', async () => {
			await on.deploy('old');
			await on.deploy('new');
			await recall('old', 60_000, false);
			on.now += 121_000;
			expect(await on.run({ policy })).toMatchObject({ kept: [{ id: 'old', reason: 'rollback_window' }] });
			on.now += 3_600_000;
			expect(await on.run({ policy })).toMatchObject({ deleted: [{ id: 'old' }] });
		});
	});
}
