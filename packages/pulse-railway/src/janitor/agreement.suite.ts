import { describe, expect, it } from 'vitest';
import { ACTIVE_DEPLOYMENT_VARIABLE } from '../protocol.ts';
import { type OpenStore, POLICY, useJanitor } from './testing/janitor-fixture.ts';

export function describeAgreement(open: OpenStore): void {
	describe('a janitor that makes live follow durable', () => {
		const on = useJanitor(open);

		it('drops the record of a run that was killed after its service was gone', async () => {
			await on.deploy('a');
			await on.deploy('new');
			await on.store.retire('a');
			on.world.services.splice(0, 1);
			on.now += 121_000;
			expect(await on.run()).toMatchObject({ draining: 0, reconciled: true });
			expect(await on.states()).toEqual({ new: 'active' });
		});

		it('restores a store that lost everything', async () => {
			on.world.add('svc-old', { PULSE_DEPLOYMENT_ID: 'old' });
			on.world.add('svc-new', { PULSE_DEPLOYMENT_ID: 'new' });
			on.world.add('pulse-router');
			on.world.sharedVariables[ACTIVE_DEPLOYMENT_VARIABLE] = 'new';
			expect(await on.run()).toMatchObject({ reconciled: true, draining: 1, kept: [{ id: 'old', reason: 'grace' }] });
			expect(await on.states()).toEqual({ old: 'draining', new: 'active' });
		});

		it('leaves the service of a deploy in the making alone (R9.5)', async () => {
			await on.deploy('new');
			on.world.add('svc-next', { PULSE_DEPLOYMENT_ID: 'next' });
			on.now += POLICY.maxDrainAgeMs;
			expect(await on.run()).toMatchObject({ reconciled: false, draining: 0 });
			expect(await on.states()).toEqual({ new: 'active' });
			expect(await on.store.register('next', 'svc-next')).toMatchObject({ state: 'pending' });
		});

		it('completes a promotion that was cut off after its commit point', async () => {
			await on.deploy('old');
			on.world.add('svc-new', { PULSE_DEPLOYMENT_ID: 'new' });
			await on.store.register('new', 'svc-new');
			on.world.sharedVariables[ACTIVE_DEPLOYMENT_VARIABLE] = 'new';
			on.now += 121_000;
			expect(await on.run()).toMatchObject({ reconciled: true });
			expect(await on.states()).toEqual({ old: 'draining', new: 'active' });
		});

		it('never undoes a fresh promotion because the platform answers late', async () => {
			await on.deploy('old');
			await on.deploy('new');
			on.world.sharedVariables[ACTIVE_DEPLOYMENT_VARIABLE] = 'old';
			expect(await on.run()).toMatchObject({ status: 'skipped', reason: 'changing' });
			expect((await on.store.snapshot()).activeId).toBe('new');
		});

		it('gives way to a change that happens while it reads', async () => {
			await on.deploy('old');
			on.now += 121_000;
			on.world.add('svc-new', { PULSE_DEPLOYMENT_ID: 'new' });
			on.world.platform.onObserve = async () => void (await on.store.promote('new', 'svc-new'));
			expect(await on.run()).toMatchObject({ status: 'skipped', reason: 'changing' });
			expect((await on.store.snapshot()).activeId).toBe('new');
		});

		const inconsistent: Record<string, [RegExp, () => void]> = {
			'no active id': [
				/active deployment id is missing/,
				() => delete on.world.sharedVariables[ACTIVE_DEPLOYMENT_VARIABLE],
			],
			'an active id without service': [
				/does not match any backend service/,
				() => {
					on.world.sharedVariables[ACTIVE_DEPLOYMENT_VARIABLE] = 'lost';
				},
			],
			'one id twice': [/duplicate PULSE_DEPLOYMENT_ID/, () => on.world.add('copy', { PULSE_DEPLOYMENT_ID: 'old' })],
		};
		for (const [what, [message, spoil]] of Object.entries(inconsistent)) {
			it(`changes nothing when the platform says ${what} (R9.6)`, async () => {
				await on.deploy('old');
				await on.deploy('new');
				on.now += POLICY.maxDrainAgeMs;
				spoil();
				const before = await on.store.snapshot();
				await expect(on.run()).rejects.toThrow(message);
				expect(await on.store.snapshot()).toEqual(before);
				expect(on.log).toEqual([]);
				expect(await on.store.lockHolder('janitor')).toBeNull();
			});
		}

		it('has nothing to do without any deployment (R9.6)', async () => {
			on.world.add('pulse-router');
			expect(await on.run()).toMatchObject({ status: 'completed', draining: 0, deleted: [] });
		});
	});
}
