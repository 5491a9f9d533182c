import type { Outbox } from 'pulse-deploy-kit/notify/deliver';
import { describe, expect, it } from 'vitest';
import type { StoreFixture } from './testing/store-fixture.ts';

const HOUR = 3_600_000;

/** What operators are told of: derived from the history, and remembered beside it. */
export function describeNotices(on: StoreFixture): void {
	describe('notices (R4.17)', () => {
		const drain = async (outbox: Outbox, settles = true) => {
			const told: string[] = [];
			for (;;) {
				const { due } = await outbox.claim();
				if (due === null) return told;
				told.push(`${due.notice.type} ${due.notice.data.deployment_id}`);
				if (settles) await outbox.settle(due.notice.key);
			}
		};
		const SENDER = { tells: 'ops', startedAt: 1 };
		const outboxOf = (store = on.store) => store.notices({ kept: null, sender: SENDER });

		it('tells once of what happened, whoever asks', async () => {
			await on.store.promote('one', 'one');
			await on.store.promote('two', 'two');
			await on.store.promote('one', 'one');
			await on.store.retire('two', { because: 'max_drain_age' });
			await on.store.remove('two', { because: 'max_drain_age', touched: 2 });
			expect(await drain(outboxOf())).toEqual([
				'deployment.deployed one',
				'deployment.deployed two',
				'deployment.rolled_back one',
				'deployment.deleted two',
			]);
			expect(await drain(outboxOf(on.other))).toEqual([]);
			expect((await on.other.history()).at(-1)).toMatchObject({ event: 'deleted', touched: 2 });
		});

		it('gives each notice to one of many senders that ask at once', async () => {
			await on.store.promote('one', 'one');
			await on.store.promote('two', 'two');
			const senders = Array.from({ length: 8 }, (_, at) => drain(outboxOf(at % 2 ? on.store : on.other)));
			expect((await Promise.all(senders)).flat().sort()).toEqual([
				'deployment.deployed one',
				'deployment.deployed two',
			]);
		});

		it('leaves what a sender claimed and did not settle to a later one, not to the next', async () => {
			await on.store.promote('one', 'one');
			expect(await drain(outboxOf(), false)).toEqual(['deployment.deployed one']);
			expect(await drain(outboxOf(on.other))).toEqual([]);
			expect(await on.kv.get('pulse:railway:notices')).toContain('"activated-one-');
		});

		it('tells of what an older router wrote into the history, which knows no notices', async () => {
			await on.store.promote('one', 'one');
			await drain(outboxOf());
			const kept = JSON.parse((await on.kv.get('pulse:railway:history')) ?? '');
			kept.push({ at: Date.now(), event: 'recalled', id: 'zero', until: Date.now() + HOUR });
			await on.kv.set('pulse:railway:history', JSON.stringify(kept));
			expect(await drain(outboxOf())).toEqual(['deployment.recalled zero']);
		});

		it('tells once of a deployment that stays, with what holds it', async () => {
			await on.store.promote('one', 'one');
			await on.store.promote('two', 'two');
			await drain(outboxOf());
			const stays = (ms: number) =>
				on.store.notices({ sender: SENDER, kept: { ms, holding: new Map([['one', '2 tabs']]) } });
			expect((await stays(HOUR).claim()).due).toBeNull();
			const { due } = await stays(0).claim();
			expect(due?.notice).toMatchObject({ type: 'deployment.kept', data: { deployment_id: 'one', reason: '2 tabs' } });
			await stays(0).settle(due?.notice.key ?? '');
			expect(await drain(stays(0))).toEqual([]);
		});

		it('drops what waits once nobody is to be told, and writes nothing where nobody ever was', async () => {
			await on.store.promote('one', 'one');
			await on.store.tellNobody(1);
			expect(await on.kv.get('pulse:railway:notices')).toBeNull();
			expect((await outboxOf().claim()).due?.notice.key).toMatch(/^activated-one-/);
			await on.store.promote('two', 'two');
			await on.store.tellNobody(2);
			await on.store.promote('three', 'three');
			expect(await drain(outboxOf())).toEqual([]);
			const again = on.store.notices({ kept: null, sender: { ...SENDER, startedAt: 3 } });
			expect(await drain(again)).toEqual(['deployment.deployed three']);
		});
	});
}
