import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { backgroundClock } from './background-clock.ts';
import { VirtualClock } from './virtual-clock.ts';

describe('virtual time', () => {
	test('stands still while nobody sleeps, timers or not', async () => {
		const clock = new VirtualClock(0);
		let fired = false;
		clock.after(1, () => {
			fired = true;
		});
		await delay(10);
		expect([clock.now(), fired]).toEqual([0, false]);
	});

	test('goes from timer to timer in order while somebody sleeps, and no further', async () => {
		const clock = new VirtualClock(0);
		const seen: Array<[string, number]> = [];
		clock.after(30, () => seen.push(['b', clock.now()]));
		clock.after(10, () => {
			seen.push(['a', clock.now()]);
			clock.after(5, () => seen.push(['a2', clock.now()]));
		});
		clock.after(101, () => seen.push(['late', clock.now()]));
		await clock.sleep(100);
		expect(seen).toEqual([
			['a', 10],
			['a2', 15],
			['b', 30],
		]);
		expect(clock.now()).toBe(100);
	});

	test('waits for real work that is under way', async () => {
		const clock = new VirtualClock(0);
		let done = false;
		void clock.hold(
			delay(30).then(() => {
				done = true;
			}),
			10_000,
		);
		await clock.sleep(60_000);
		expect(done).toBe(true);
	});

	test('goes on when work outlasts its patience', async () => {
		const clock = new VirtualClock(0);
		void clock.hold(new Promise(() => {}), 20);
		await clock.sleep(1);
		expect(clock.now()).toBe(1);
	});

	test('wakes a sleeper with the reason of its signal', async () => {
		const clock = new VirtualClock(0);
		const stop = new AbortController();
		void clock.hold(delay(50), 1_000);
		const sleeping = clock.sleep(1_000, stop.signal);
		stop.abort(new Error('enough'));
		await expect(sleeping).rejects.toThrow('enough');
		expect(clock.now()).toBe(0);
	});

	test('two sleepers wake in the order of their times', async () => {
		const clock = new VirtualClock(0);
		const woken: number[] = [];
		await Promise.all([20, 10].map((ms) => clock.sleep(ms).then(() => woken.push(ms))));
		expect(woken).toEqual([10, 20]);
	});

	test('does not pass for a sleeper in the background, who wakes with the others', async () => {
		const clock = new VirtualClock(0);
		const woken: number[] = [];
		void backgroundClock(clock)
			.sleep(10)
			.then(() => woken.push(clock.now()));
		const stop = new AbortController();
		const stopped = backgroundClock(clock).sleep(10, stop.signal);
		await delay(10);
		expect(clock.now()).toBe(0);
		stop.abort(new Error('enough'));
		await expect(stopped).rejects.toThrow('enough');
		await clock.sleep(20);
		expect(woken).toEqual([10]);
	});
});
