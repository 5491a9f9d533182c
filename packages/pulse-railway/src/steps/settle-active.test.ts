import { systemClock } from 'pulse-deploy-kit/clock';
import { afterEach, describe, expect, it } from 'vitest';
import { stack } from '../plan/testing/stack.ts';
import { withDeployLock } from '../stack/deploy-lock.ts';
import { type Relock, startRun } from './run.ts';
import { settleActive } from './settle-active.ts';
import { type Recorded, recordingPorts } from './testing/recording-ports.ts';

const signal = new AbortController().signal;
const step = { kind: 'settle-active', id: 'settle-active', title: 'Look', budgetSeconds: 180 } as const;
const LOCK = { name: 'deploy', owner: 'a rival', token: 'r'.repeat(32), ttlMs: 60_000 } as const;

let recorded: Recorded;
afterEach(() => {
	recorded.before = () => {};
});

/** The live store knows `old` as the active one. */
async function settled(durable: string | undefined, movedFrom: string | null, before: (call: string) => unknown) {
	recorded = await recordingPorts(
		stack({ backends: ['old', 'new'], ...(durable === undefined ? {} : { active: durable }) }),
	);
	const { router, observation, host } = recorded;
	// Sleeping on the virtual one would let the lock lapse at once.
	const clock = systemClock;
	const ports = { ...recorded.ports, clock };
	recorded.before = before;
	const relock: Relock = (work, signal) =>
		withDeployLock({ router, clock, host, signal, owner: 'upgrade', ttlMs: 60_000 }, work);
	const platform = ports.openPlatform({ projectId: 'p', environmentId: 'e' });
	const run = startRun(ports, { platform, observation: structuredClone(observation), router, relock });
	await settleActive({ ...step, movedFrom }, run, signal, () => {});
	recorded.before = () => {};
	const { snapshot } = await router.control('status', { sessions: false }, signal);
	return { live: snapshot.activeId, durable: recorded.observation.sharedVariables.PULSE_ACTIVE_DEPLOYMENT };
}

describe('the last look of an upgrade', () => {
	it('writes on Railway who is active where nothing is written', async () => {
		expect(await settled(undefined, null, () => {})).toEqual({ live: 'old', durable: 'old' });
	});

	it('leaves alone what a promotion of ours wrote between the look and the write (decision 23)', async () => {
		let promoted = false;
		const both = await settled(undefined, null, async (call) => {
			if (promoted || !/^(control lock.acquire|setVariables)/.test(call)) return;
			promoted = true;
			const { observation, router } = recorded;
			const lock = await router.control('lock.acquire', LOCK, signal);
			// Without the lock it cannot have promoted just now.
			if (!lock.granted) return;
			await router.control('register', { id: 'new', serviceName: 'new' }, signal);
			observation.sharedVariables = { ...observation.sharedVariables, PULSE_ACTIVE_DEPLOYMENT: 'new' };
			await router.control('promote', { id: 'new', serviceName: 'new' }, signal);
			await router.control('lock.release', { name: 'deploy', token: LOCK.token }, signal);
		});
		expect(promoted).toBe(true);
		expect(both).toEqual({ live: 'new', durable: 'new' });
	});

	it('makes active what the predecessor of 0.1 promoted on Railway meanwhile', async () => {
		expect(await settled('new', 'old', () => {})).toEqual({ live: 'new', durable: 'new' });
	});
});
