import { describe, expect, it } from 'vitest';
import { stack } from '../plan/testing/stack.ts';
import type { Guard } from './guard.ts';
import { mintToken } from './mint-token.ts';
import { recordingPorts } from './testing/recording-ports.ts';

const signal = new AbortController().signal;
const taken = new Error('another has it');

/** Asleep from the first write on; `theirs`: another came meanwhile. */
function sleepyGuard(theirs: boolean) {
	const state = { asked: 0, slept: false };
	const guard: Guard = {
		async confirm() {
			state.asked++;
			if (state.slept && theirs) throw taken;
			state.slept = false;
		},
		look: async () => stack(),
		holds: () => !state.slept,
	};
	return { guard, state };
}

async function sleeping(theirs: boolean) {
	const world = await recordingPorts(stack());
	const { guard, state } = sleepyGuard(theirs);
	const run = Object.assign(world.start(), { guard });
	const log: string[] = [];
	const platform = run.platform as { -readonly [Key in 'createProjectToken' | 'deleteProjectTokens']: unknown };
	/** The first answer is lost as the machine falls asleep, and the client looks for what it made once it has woken up. */
	platform.createProjectToken = async (_name: string, stop: AbortSignal) => {
		if (log.push('create') > 1) return 'a-token';
		state.slept = true;
		await new Promise((resolve) => setTimeout(resolve, 400));
		stop.throwIfAborted();
		log.push('delete by name');
		return 'late-token';
	};
	platform.deleteProjectTokens = async () => void log.push('delete before');
	return { run, state, log };
}

describe('a write that may harm', () => {
	it('is not repeated after a sleep in which another came', async () => {
		const { run, log } = await sleeping(true);
		const mint = { kind: 'mint-token', id: 't', title: 't', name: 'janitor' } as const;
		await expect(mintToken(mint, run, signal, () => {})).rejects.toBe(taken);
		expect(log).toEqual(['create']);
	});

	it('is repeated after a sleep in which nobody came, and takes away first what nobody can use', async () => {
		const { run, log } = await sleeping(false);
		const mint = { kind: 'mint-token', id: 't', title: 't', name: 'janitor' } as const;
		await mintToken(mint, run, signal, () => {});
		expect(log).toEqual(['create', 'delete before', 'create']);
		expect(run.mintedToken?.reveal()).toBe('a-token');
	});
});
