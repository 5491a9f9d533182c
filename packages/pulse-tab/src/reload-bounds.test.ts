import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { noteReload, pauseBeforeReload } from './reload-bounds.ts';

beforeEach(() => {
	vi.useFakeTimers();
	vi.stubGlobal('sessionStorage', {});
	return () => {
		vi.unstubAllGlobals();
		vi.useRealTimers();
	};
});

/** What a page pauses each time that it loads itself anew as soon as it may. */
function pauses(times: number): number[] {
	return Array.from({ length: times }, () => {
		const pause = pauseBeforeReload();
		vi.advanceTimersByTime(pause);
		noteReload();
		return pause;
	});
}

test('a page that does not get better by it loads itself anew more and more slowly, a dozen times in ten minutes at most', () => {
	const first = pauses(40);
	expect(first.slice(0, 8)).toEqual([0, 0, 0, 1_000, 2_000, 4_000, 8_000, 16_000]);
	const began = Date.now();
	let times = 0;
	for (; Date.now() - began < 600_000; times++) pauses(1);
	expect(times).toBeLessThanOrEqual(12);
	vi.advanceTimersByTime(600_000);
	expect(pauseBeforeReload()).toBe(0);
});

test('one that is loaded anew now and then never pauses, nor does one whose clock was set', () => {
	for (let deploy = 0; deploy < 30; deploy++) {
		expect(pauses(1)).toEqual([0]);
		vi.advanceTimersByTime(300_000);
	}
	for (let deploy = 0; deploy < 5; deploy++) noteReload();
	vi.setSystemTime(Date.now() - 86_400_000);
	expect(pauseBeforeReload()).toBe(0);
});

test('whether it is the first time, lately, is known', () => {
	pauseBeforeReload();
	expect(noteReload()).toBe(false);
	pauseBeforeReload();
	expect(noteReload()).toBe(true);
});

test('one that cannot remember lives a minute before it loads itself anew', () => {
	vi.stubGlobal('sessionStorage', Object.freeze({}));
	const age = vi.spyOn(performance, 'now').mockReturnValue(10_000);
	onTestFinished(() => age.mockRestore());
	expect(pauseBeforeReload()).toBe(50_000);
	expect(noteReload()).toBe(false);
	age.mockReturnValue(70_000);
	expect(pauseBeforeReload()).toBeLessThanOrEqual(0);
});
