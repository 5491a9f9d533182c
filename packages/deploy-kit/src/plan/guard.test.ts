import { describe, expect, it } from 'vitest';
import { type Guard, guarded } from './guard.ts';

const signal = new AbortController().signal;
const taken = new Error('another has it');

/** Asleep from the first write on; `theirs`: another came meanwhile. */
function sleepy(theirs: boolean) {
	const state = { asked: 0, slept: false };
	const guard: Guard = {
		async confirm() {
			state.asked++;
			if (state.slept && theirs) throw taken;
			state.slept = false;
		},
		holds: () => !state.slept,
	};
	const writes: string[] = [];
	/** The first answer is lost as the machine falls asleep, and the client repeats it once it has woken up. */
	const write = async (stop: AbortSignal) => {
		if (writes.push('write') > 1) return 'written';
		state.slept = true;
		await new Promise((resolve) => setTimeout(resolve, 400));
		stop.throwIfAborted();
		writes.push('late write');
		return 'late';
	};
	return { guard, state, writes, write };
}

describe('a write that may harm', () => {
	it('is not repeated after a sleep in which another came', async () => {
		const { guard, writes, write } = sleepy(true);
		await expect(guarded(guard, signal, write)).rejects.toBe(taken);
		expect(writes).toEqual(['write']);
	});

	it('is repeated after a sleep in which nobody came', async () => {
		const { guard, writes, write } = sleepy(false);
		expect(await guarded(guard, signal, write)).toBe('written');
		expect(writes).toEqual(['write', 'write']);
	});

	it('is given up after a second sleep, saying what to do', async () => {
		const { guard, state, writes } = sleepy(false);
		const sleeping = async (stop: AbortSignal) => {
			writes.push('write');
			state.slept = true;
			await new Promise((resolve) => setTimeout(resolve, 400));
			stop.throwIfAborted();
		};
		const next = 'Run the same command again: it looks at what stands and goes on from there.';
		await expect(guarded(guard, signal, sleeping)).rejects.toMatchObject({ code: 'late', fault: 'platform', next });
		expect(writes).toEqual(['write', 'write']);
	});

	it('fails by its own failure while the guard holds', async () => {
		const { guard, state } = sleepy(false);
		const broken = new Error('broken');
		await expect(guarded(guard, signal, () => Promise.reject(broken))).rejects.toBe(broken);
		expect(state.asked).toBe(1);
	});
});
