import { describe, expect, it, vi } from 'vitest';
import type { DeploymentStore } from '../deployments/store.ts';
import type { StoreFixture } from './testing/store-fixture.ts';

const ask = (store: DeploymentStore, id: string, token = `token-of-${id}`, more: { ttlMs?: number } = {}) =>
	store.newest({ id, owner: `${id} on host`, token, ttlMs: 60_000, remembered: null, ...more });

/** A store that has granted the lease before: the very first grant waits for a lease of a store that was lost. */
async function known(on: StoreFixture): Promise<void> {
	await on.store.promote('a', 'svc-a');
	await ask(on.store, 'a', 'first', { ttlMs: 1 });
	await vi.waitFor(async () => expect(await ask(on.store, 'a', 'first')).toMatchObject({ held: true }));
	await on.store.releaseNewest('first');
}

export function describeNewest(on: StoreFixture): void {
	describe('the lease of the newest deployment', () => {
		it('is granted to one process of the active deployment, and told the others', async () => {
			await known(on);
			await on.store.register('b', 'svc-b');
			expect(await ask(on.other, 'b')).toEqual({ held: false, newest: false, owner: null });
			const granted = await ask(on.store, 'a');
			expect(granted).toMatchObject({ held: true, newest: true, fence: expect.any(Number) });
			expect(await ask(on.other, 'a', 'another')).toEqual({ held: false, newest: true, owner: 'a on host' });
			expect(await ask(on.other, 'a')).toEqual(granted);
		});

		it('stays with the process whose deployment was active until it gives it back, then goes to the new one', async () => {
			await known(on);
			const first = await ask(on.store, 'a');
			await on.store.promote('b', 'svc-b');
			expect(await ask(on.other, 'b')).toEqual({ held: false, newest: true, owner: 'a on host' });
			expect(await ask(on.store, 'a')).toEqual({ ...first, newest: false });
			expect(await on.other.releaseNewest('token-of-b')).toBe(false);
			expect(await on.store.releaseNewest('token-of-a')).toBe(true);
			expect(await ask(on.store, 'a')).toEqual({ held: false, newest: false, owner: null });
			const second = await ask(on.other, 'b');
			expect('fence' in first && 'fence' in second && second.fence > first.fence).toBe(true);
		});

		it('that was not prolonged goes to another one, with a higher fence', async () => {
			await known(on);
			const first = await ask(on.store, 'a', 'slept', { ttlMs: 20 });
			const second = await vi.waitFor(async () => {
				const answer = await ask(on.other, 'a');
				expect(answer.held).toBe(true);
				return answer;
			});
			expect('fence' in first && 'fence' in second && second.fence > first.fence).toBe(true);
			expect(await ask(on.store, 'a', 'slept')).toMatchObject({ held: false, newest: true });
			expect(await on.store.releaseNewest('slept')).toBe(false);
		});

		it('goes to one of several that ask at once', async () => {
			await known(on);
			const answers = await Promise.all(
				Array.from({ length: 8 }, (_, n) => ask(n % 2 === 0 ? on.store : on.other, 'a', `token-${n}`)),
			);
			expect(answers.filter(({ held }) => held)).toHaveLength(1);
		});

		it('is granted by a store that knows no fence only once a lease that it lost can have run out', async () => {
			await on.store.promote('a', 'svc-a');
			expect(await ask(on.store, 'a', 'one', { ttlMs: 300 })).toMatchObject({ held: false, newest: true });
			expect(await ask(on.other, 'a', 'two')).toMatchObject({ held: false, newest: true });
			await vi.waitFor(async () => expect(await ask(on.store, 'a', 'one')).toMatchObject({ held: true }));
		});

		it('is granted to whom the router remembers, where the store has lost who is active', async () => {
			const remembering = (ttlMs: number) =>
				on.store.newest({ id: 'a', owner: 'a', token: 'token-of-a', ttlMs, remembered: 'a' });
			expect(await remembering(1)).toMatchObject({ held: false, newest: true });
			await vi.waitFor(async () => expect(await remembering(60_000)).toMatchObject({ held: true, newest: true }));
			await on.store.promote('b', 'svc-b');
			expect(await remembering(60_000)).toMatchObject({ held: true, newest: false });
		});
	});
}
