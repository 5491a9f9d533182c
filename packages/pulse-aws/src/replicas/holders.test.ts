import type { Clock } from 'pulse-deploy-kit/clock';
import { replicaToken } from 'pulse-edge/upstream/replica-token';
import { describe, expect, test } from 'vitest';
import { Holders } from './holders.ts';

const KEY = 'key';
const tokenOf = (host: string) => replicaToken(KEY, { host, port: 8000 });
const NOBODY = 'A'.repeat(22);
const OWN = '10.0.0.1';

/** ECS as one deployment's tasks ask it, and a clock that the test moves. */
function world(others: string[]) {
	const state = {
		now: 1_000_000,
		addresses: [OWN, ...others],
		asked: 0,
		failing: null as Error | null,
		slow: null as Promise<void> | null,
	};
	const warnings: string[] = [];
	const clock: Clock = { now: () => state.now, sleep: (_ms, signal) => aborted(signal) };
	const list = async () => {
		state.asked += 1;
		await state.slow;
		if (state.failing !== null) throw state.failing;
		return state.addresses;
	};
	const log = { warn: (_: object, text: string) => void warnings.push(text) };
	return { state, warnings, holders: new Holders({ key: KEY, address: OWN, list, log, clock }) };
}

const aborted = (signal?: AbortSignal) =>
	new Promise<void>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
const named = (name: string) => Object.assign(new Error(name), { name });

describe('which task a page belongs to (A11.7)', () => {
	test('is the one of those that ECS lists whose token is equal', async () => {
		const { holders } = world(['10.0.0.4', '10.0.0.5']);
		expect(await holders.find(tokenOf('10.0.0.5'))).toEqual({ kind: 'at', address: '10.0.0.5' });
		expect(await holders.find(tokenOf('10.0.0.6'))).toEqual({ kind: 'gone' });
		expect(await holders.find(replicaToken('other key', { host: '10.0.0.5', port: 8000 }))).toEqual({ kind: 'gone' });
	});

	test('is asked once for all who wait, and every five seconds at most, however many ask for what is not there', async () => {
		const { holders, state } = world(['10.0.0.4']);
		await Promise.all(Array.from({ length: 1000 }, () => holders.find(NOBODY)));
		for (let times = 0; times < 1000; times++) await holders.find(NOBODY);
		expect(state.asked).toBe(1);
		state.now += 5_001;
		state.addresses = [OWN, '10.0.0.9'];
		expect(await holders.find(tokenOf('10.0.0.9'))).toEqual({ kind: 'at', address: '10.0.0.9' });
		expect(state.asked).toBe(2);
	});

	test('is known for a minute without asking, then asked beside the request', async () => {
		const { holders, state } = world(['10.0.0.4']);
		await holders.look();
		state.now += 59_000;
		await holders.find(tokenOf('10.0.0.4'));
		expect(state.asked).toBe(1);
		state.now += 2_000;
		state.slow = new Promise(() => {});
		expect(await holders.find(tokenOf('10.0.0.4'))).toEqual({ kind: 'at', address: '10.0.0.4' });
		expect(state.asked).toBe(2);
	});

	test('is not known where ECS throttles: asked ever more seldom, what was known goes on, for ten minutes', async () => {
		const { holders, state } = world(['10.0.0.4']);
		await holders.look();
		state.failing = named('ThrottlingException');
		state.now += 6_000;
		for (let second = 0; second < 120; second++) {
			expect(await holders.find(NOBODY)).toEqual({ kind: 'unknown' });
			state.now += 1_000;
		}
		expect(state.asked).toBeLessThan(8);
		expect(await holders.find(tokenOf('10.0.0.4'))).toEqual({ kind: 'at', address: '10.0.0.4' });
		state.now += 600_000;
		expect(await holders.find(tokenOf('10.0.0.4'))).toEqual({ kind: 'unknown' });
		state.failing = null;
		state.now += 60_000;
		expect(await holders.find(NOBODY)).toEqual({ kind: 'gone' });
	});

	test('is not known without the right to list tasks, which is said once, until a deploy gives it', async () => {
		const { holders, state, warnings } = world(['10.0.0.4']);
		state.failing = named('AccessDeniedException');
		for (let minute = 0; minute < 20; minute++) {
			expect(await holders.find(tokenOf('10.0.0.4'))).toEqual({ kind: 'unknown' });
			state.now += 60_000;
		}
		expect(state.asked).toBe(4);
		expect(warnings).toEqual([expect.stringContaining('ecs:ListTasks')]);
		state.failing = null;
		expect(await holders.find(tokenOf('10.0.0.4'))).toEqual({ kind: 'at', address: '10.0.0.4' });
	});
});

test('of which ECS knows this very task by another address, nobody is said to be gone', async () => {
	const { holders, state, warnings } = world(['10.0.0.4']);
	state.addresses = ['10.0.0.2', '10.0.0.4'];
	expect(await holders.find(NOBODY)).toEqual({ kind: 'unknown' });
	expect(warnings).toEqual([expect.stringContaining('could not be listed')]);
});

describe('a task that cannot be reached', () => {
	test('is gone where it has closed its server, and is not tried again for a while', async () => {
		const { holders, state } = world(['10.0.0.4']);
		await holders.look();
		expect(await holders.lost('10.0.0.4', 'refused')).toEqual({ kind: 'gone' });
		expect(await holders.find(tokenOf('10.0.0.4'))).toEqual({ kind: 'gone' });
		state.now += 11_000;
		expect(await holders.find(tokenOf('10.0.0.4'))).toEqual({ kind: 'at', address: '10.0.0.4' });
	});

	test('is gone where ECS does not list it any more', async () => {
		const { holders, state } = world(['10.0.0.4']);
		await holders.look();
		state.now += 30_000;
		state.addresses = [OWN];
		expect(await holders.lost('10.0.0.4', 'silent')).toEqual({ kind: 'gone' });
	});

	test('that runs and is silent may be behind a closed network: its pages are served as without this', async () => {
		const { holders, warnings } = world(['10.0.0.4']);
		await holders.look();
		expect(await holders.lost('10.0.0.4', 'silent')).toEqual({ kind: 'unknown' });
		expect(await holders.find(tokenOf('10.0.0.4'))).toEqual({ kind: 'unknown' });
		expect(warnings).toEqual([expect.stringContaining('port 8000')]);
	});
});
