import { describe, expect, it } from 'vitest';
import { leaseOf } from '../deployments/store.ts';
import { RESTING_VARIABLE } from '../protocol.ts';
import { backendServices, restingServices } from '../stack/durable.ts';
import { type OpenStore, POLICY, useJanitor } from './testing/janitor-fixture.ts';

const HOUR_MS = 3_600_000;
const keeping = { policy: { ...POLICY, redeployKeep: 2 } };

export function describeResting(open: OpenStore): void {
	describe('a janitor that keeps deployments to be started again', () => {
		const on = useJanitor(open);
		const stands = async () => backendServices(await on.world.platform.observe()).map(({ id }) => id);
		const kept = async () => restingServices(await on.world.platform.observe()).map(({ id }) => id);
		/** Each was active for an hour, and was seen by a run of the janitor since. */
		async function hourly(...ids: string[]) {
			for (const id of ids) {
				await on.deploy(id);
				on.now += HOUR_MS;
				await on.run(keeping);
			}
		}

		it('stops what nobody uses any more, and has its service two days later still, of as many as are kept (R9.14)', async () => {
			await hourly('one', 'two', 'three', 'four');
			expect(await on.states()).toEqual({ four: 'active' });
			on.now += 48 * HOUR_MS;
			await on.run(keeping);
			expect(await stands()).toEqual(['four']);
			expect(await kept()).toEqual(['three', 'two']);
			expect(on.log.filter((line) => /^(delete|stop)/.test(line))).toEqual([
				'stop run-svc-one',
				'stop run-svc-two',
				'stop run-svc-three',
				'delete id-svc-one',
			]);
			expect(on.host.text()).toContain('delete one; reason=no_longer_kept');
		});

		it('deletes what was recalled, and what visitors were never sent to (R9.14)', async () => {
			await on.deploy('bad');
			await on.deploy('good');
			await on.store.depart('bad', { by: on.now + HOUR_MS, recalled: true, saidAt: on.now + 1 });
			on.now += 2 * HOUR_MS;
			await on.run(keeping);
			expect([await stands(), await kept()]).toEqual([['good'], []]);
		});

		it('ends what a janitor that was killed in between had begun (R9.14)', async () => {
			await on.deploy('old');
			await on.deploy('new');
			on.now += HOUR_MS;
			on.world.platform.fail.add('run-svc-old');
			expect(await on.run(keeping)).toMatchObject({ failed: [{ id: 'old' }] });
			on.world.platform.fail.clear();
			on.now += HOUR_MS;
			await on.run(keeping);
			expect([await kept(), await on.states()]).toEqual([['old'], { new: 'active' }]);
			expect(on.log.filter((line) => line === 'stop run-svc-old')).toHaveLength(2);
		});

		it('leaves one alone that is being started again, and one that was (R9.14)', async () => {
			await hourly('one', 'two', 'three');
			const fewer = { policy: { ...POLICY, redeployKeep: 1 } };
			const waking = { name: leaseOf('one'), owner: 'ann@laptop', token: 'x'.repeat(16), ttlMs: 60_000 };
			expect(await on.store.acquireLock(waking)).toMatchObject({ granted: true });
			await on.run(fewer);
			expect(await kept()).toEqual(['two', 'one']);
			await on.store.releaseLock(waking.name, waking.token);
			await on.world.platform.setVariables('id-svc-one', { [RESTING_VARIABLE]: 'woken 2026-04-02T12:00:00.000Z' });
			await on.run(fewer);
			expect([await stands(), await kept()]).toEqual([['one', 'three'], ['two']]);
		});

		it('none is kept where that is off, and what Railway calls active never rests (R9.14)', async () => {
			await hourly('one', 'two');
			await on.world.platform.setVariables('id-svc-two', {
				[RESTING_VARIABLE]: 'rests since 2026-04-02T12:00:00.000Z',
			});
			await on.run({ policy: { ...POLICY, redeployKeep: 0 } });
			expect([await stands(), await kept()]).toEqual([['two'], []]);
		});
	});
}
