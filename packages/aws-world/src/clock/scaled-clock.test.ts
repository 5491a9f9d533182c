import { expect, test } from 'vitest';
import { scaledClock } from './scaled-clock.ts';

test('time passes by itself, faster than it really does', async () => {
	const clock = scaledClock(1000);
	const began = clock.now();
	await clock.sleep(5_000);
	// A timer of Node may fire a millisecond early.
	expect(clock.now() - began).toBeGreaterThanOrEqual(4_000);
	clock.stop();
});

test('it stands still while a process starts, and for no shorter work', async () => {
	const clock = scaledClock(1000);
	const fired: string[] = [];
	let started = () => {};
	void clock.hold(new Promise<void>((resolve) => (started = resolve)), 10_000);
	const stood = clock.now();
	clock.after(1, () => fired.push('after'));
	const slept = clock.sleep(1).then(() => fired.push('sleep'));
	await new Promise((resolve) => setTimeout(resolve, 30));
	expect([clock.now(), fired]).toEqual([stood, []]);
	started();
	await slept;
	await expect.poll(() => fired).toEqual(['after', 'sleep']);

	void clock.hold(new Promise<void>(() => {}), 2_000);
	await clock.sleep(1);
	clock.stop();
});

test('what is cancelled never runs, a sleeper wakes with the reason of its signal, and the end wakes all', async () => {
	const clock = scaledClock(1000);
	let ran = false;
	clock
		.after(1, () => {
			ran = true;
		})
		.cancel();
	const abort = new AbortController();
	const given = clock.sleep(1e9, abort.signal);
	abort.abort(new Error('enough'));
	await expect(given).rejects.toThrow('enough');
	const last = clock.sleep(1e9);
	await clock.sleep(1_000);
	clock.stop();
	await expect(last).rejects.toThrow('closed');
	expect(ran).toBe(false);
});
