import { systemClock } from 'pulse-deploy-kit/clock';
import { expect, it } from 'vitest';
import { stack } from '../plan/testing/stack.ts';
import { recordingPorts } from '../steps/testing/recording-ports.ts';
import { completeCanary } from './complete-canary.ts';

const signal = new AbortController().signal;
const once = (share: number) => ({ share, next: [], everyMs: null });

/** A canary with this share beside the active one, as a janitor finds it. */
async function rollout(share: number) {
	const world = await recordingPorts(stack({ backends: ['one', 'two'], active: 'one' }));
	const { router } = world;
	await router.control('promote', { id: 'one', serviceName: 'one' }, signal);
	await router.control('register', { id: 'two', serviceName: 'two' }, signal);
	const { beganAt } = await router.control('canary.begin', { id: 'two', terms: once(100) }, signal);
	await router.control('canary.widen', { id: 'two', beganAt, terms: once(share) }, signal);
	world.calls.length = 0;
	const platform = world.start().platform!;
	const ports = { ...world.ports, clock: systemClock };
	const by = { ports, platform, router, owner: 'janitor here', ttlMs: 15_000, signal };
	const snapshot = async () => (await router.control('status', { sessions: false }, signal)).snapshot;
	return { world, router, beganAt, snapshot, complete: () => completeCanary(by) };
}

it('a canary that all new visitors get becomes active, durably first, by the janitor (decision 6) (R8.8)', async () => {
	const { world, snapshot, complete } = await rollout(10_000);
	expect(await complete()).toBe('two');
	const writes = world.calls.filter((call) => /setVariables|control promote/.test(call));
	expect(writes.map((call) => call.replace(/ .*(PULSE_ACTIVE_DEPLOYMENT|two).*/, ' $1'))).toEqual([
		'setVariables PULSE_ACTIVE_DEPLOYMENT',
		'control two',
	]);
	expect(await snapshot()).toMatchObject({ activeId: 'two' });
	expect(await snapshot()).not.toHaveProperty('canary');
	expect(world.observation.sharedVariables.PULSE_ACTIVE_DEPLOYMENT).toBe('two');
});

it('one that has not come to that stays', async () => {
	const { world, complete } = await rollout(9_999);
	expect(await complete()).toBeNull();
	expect(world.calls.some((call) => call.startsWith('setVariables'))).toBe(false);
});

it('while a command is at work, the next run does it', async () => {
	const { world, router, complete } = await rollout(10_000);
	await router.control('lock.acquire', { name: 'deploy', owner: 'anna', token: 'x'.repeat(32), ttlMs: 60_000 }, signal);
	expect(await complete()).toBeNull();
	expect(world.calls.some((call) => call.startsWith('setVariables'))).toBe(false);
});

it('one that is halted in the last moment does not become active', async () => {
	const { world, router, beganAt, snapshot, complete } = await rollout(10_000);
	let ended = false;
	world.after = async (call) => {
		if (call !== 'observe' || ended) return;
		ended = true;
		await router.control('canary.end', { id: 'two', beganAt }, signal);
	};
	expect(await complete()).toBeNull();
	expect(await snapshot()).toMatchObject({ activeId: 'one' });
	expect(world.observation.sharedVariables.PULSE_ACTIVE_DEPLOYMENT).toBe('one');
});
