import { describe, expect, it } from 'vitest';
import type { Clock } from './clock.ts';
import { waitFor } from './wait.ts';

/** Time passes only by sleeping. */
function virtualClock(): Clock & { slept: number[] } {
	let now = 0;
	const slept: number[] = [];
	return {
		slept,
		now: () => now,
		async sleep(ms, signal) {
			signal?.throwIfAborted();
			slept.push(ms);
			now += ms;
		},
	};
}

describe('waiting', () => {
	const signal = new AbortController().signal;

	it('checks at once, then at gently growing intervals', async () => {
		const clock = virtualClock();
		let checks = 0;
		const value = await waitFor({
			what: 'it',
			budgetMs: 60_000,
			clock,
			signal,
			check: async () => (++checks === 5 ? 'there' : undefined),
		});
		expect([value, clock.slept]).toEqual(['there', [500, 1000, 2000, 2000]]);
	});

	it('ends with its budget, saying what was waited for and what was seen last', async () => {
		const waiting = waitFor({
			what: 'the moon',
			budgetMs: 3_000,
			clock: virtualClock(),
			signal,
			check: async () => undefined,
			lastSeen: () => 'clouds',
		});
		await expect(waiting).rejects.toMatchObject({
			code: 'timeout',
			message: 'Timed out after 3 s waiting for the moon.',
			detail: 'clouds',
		});
	});

	it('ends at once when it is aborted', async () => {
		const controller = new AbortController();
		const reason = new Error('stop');
		const waiting = waitFor({
			what: 'it',
			budgetMs: 60_000,
			clock: virtualClock(),
			signal: controller.signal,
			check: async () => {
				controller.abort(reason);
				return undefined;
			},
		});
		await expect(waiting).rejects.toBe(reason);
	});
});
