import { expect } from 'vitest';
import { until } from '../../support/until.ts';
import type { Lane, Moment, Stack } from '../faults/lane.ts';
import { BASELINE } from '../faults/scenario.ts';
import { Visitor } from '../faults/visitor.ts';
import { onlyTwo, type Sleepy, type Typed } from './commands.ts';
import type { Rival, RivalResult } from './rivals.ts';

export const LOCK_SECONDS = 3;
export const TERMS = {
	PULSE_RAILWAY_DEPLOY_LOCK_SECONDS: String(LOCK_SECONDS),
	PULSE_RAILWAY_JANITOR_LOCK_SECONDS: String(LOCK_SECONDS),
};
/** Longer than its lock by the command's own clock too, which counts from before it asked. */
export const NAP_MS = LOCK_SECONDS * 1000 + 200;
const END_MS = 90_000;

export interface Nap {
	readonly sleepy: Sleepy;
	readonly at: Moment;
	/** `null`: no other command comes. */
	readonly rival: Rival | null;
}

/** What became of one nap: whether the command came to the moment, and whether the rival found something to do. */
export interface NapResult {
	readonly slept: boolean;
	readonly met: boolean;
}

/** The moments of a command that is not disturbed. */
export async function moments(sleepy: Sleepy, lane: Lane, stack: Stack): Promise<readonly Moment[]> {
	const typed = sleepy.type(stack, await onlyTwo(lane, stack));
	const sleeper = lane.sleeper(typed.args, { ...typed.env, ...TERMS }, null);
	const ended = await sleeper.result;
	const { calls } = lane.calls.end();
	expect(ended.code, ended.stderr + ended.stdout).toBe(0);
	return [...calls, ...sleeper.shown.map((_, line) => ({ line }))];
}

/** Puts the command to sleep at the moment, lets the rival come, wakes it, and throws for whatever was harmed. */
export async function nap({ sleepy, at, rival }: Nap, lane: Lane, stack: Stack): Promise<NapResult> {
	const before = await onlyTwo(lane, stack);
	const typed = sleepy.type(stack, before);
	const processes = new Map([before.active, before.draining].map((id) => [id, lane.processes(stack, id)]));
	const visitor = new Visitor(stack.address, () => true, before.active);
	const sleeper = lane.sleeper(typed.args, { ...typed.env, ...TERMS }, at);
	let met: RivalResult | null = null;
	let slept = false;
	let ended: Awaited<typeof sleeper.result>;
	let complaints: readonly string[] = [];
	try {
		slept = await sleeper.asleep;
		if (slept) {
			await new Promise((resolve) => setTimeout(resolve, NAP_MS));
			await until('the locks to lapse', () => lockless(stack));
			met = (await rival?.run(lane, stack, typed.target)) ?? null;
		}
		sleeper.wake();
		ended = await within(sleeper.result, () => sleeper.end());
	} finally {
		sleeper.end();
		complaints = (await visitor.leave()).complaints;
	}
	const said = `${ended.stderr}${ended.stdout}${met === null ? '' : `\nrival: ${met.stderr}${met.stdout}`}`;
	expect(complaints, `visitors: ${complaints.join('\n')}\n${said}`).toEqual([]);
	await expectUnharmed(lane, stack, typed, met, said);
	if (met === null) {
		expect(ended.code, `it ends as if it had not slept\n${said}`).toBe(0);
		await expectDone(lane, stack, typed, said);
	}
	for (const [id, pids] of processes) {
		// What was meant to end, and what its owner deleted, may end.
		if (id === typed.ends || id === met?.gone || (await stack.store.find(id)) === null) continue;
		expect(lane.processes(stack, id), `the processes of ${id}\n${said}`).toEqual(pids);
	}
	return { slept, met: met !== null };
}

/** The two truths agree, the active deployment stands and answers, and so does what the rival made or kept. */
async function expectUnharmed(lane: Lane, stack: Stack, { target }: Typed, met: RivalResult | null, said: string) {
	const { activeId, deployments } = await stack.store.snapshot();
	const shared = await lane.variables(stack);
	expect(shared.PULSE_ACTIVE_DEPLOYMENT, `durable and live active\n${said}`).toBe(activeId);
	expect(shared.PULSE_RAILWAY_BASELINE, said).toBe('ready');
	const services = lane.services(stack);
	expect(services, `services\n${said}`).toEqual(expect.arrayContaining([...BASELINE, activeId]));
	expect(
		deployments.find(({ id }) => id === activeId),
		`nobody has to leave what is active\n${said}`,
	).not.toHaveProperty('departure');
	for (const { id, state } of deployments.filter(({ state }) => state === 'active' || state === 'draining')) {
		expect(services, `${id} is ${state}\n${said}`).toContain(id);
		await expectAnswers(stack, id, said);
	}
	if (met === null) return;
	if (met.stands !== undefined && !(target === met.stands && activeId !== met.stands)) {
		const states = deployments.map(({ id, state }) => `${id} ${state}`);
		expect(
			[`${met.stands} active`, `${met.stands} draining`],
			`the rival's deployment of ${states}\n${said}`,
		).toContain(states.find((line) => line.startsWith(`${met.stands} `)));
	}
	if (met.gone !== undefined) expect(activeId, `the rival deleted it\n${said}`).not.toBe(met.gone);
}

async function expectDone(lane: Lane, stack: Stack, { target, becomes }: Typed, said: string): Promise<void> {
	if (target === null || becomes === undefined) return;
	const record = await stack.store.find(target);
	if (becomes === 'active') expect(record?.state, said).toBe('active');
	else if (becomes === 'left')
		expect(record, said).toMatchObject({ state: 'draining', departure: { by: expect.any(Number) } });
	else expect([record, lane.services(stack).includes(target)], said).toEqual([null, false]);
}

export async function expectAnswers(stack: Stack, id: string, said: string): Promise<void> {
	const answer = await fetch(`${stack.address}/?pulse_deployment=${id}`);
	expect(await answer.text(), `${id} answers\n${said}`).toMatch(new RegExp(`^${id} `));
}

async function lockless({ store }: Stack): Promise<boolean> {
	return (await store.lockHolder('deploy')) === null && (await store.lockHolder('janitor')) === null;
}

/** A command that hangs is a fault too, and is ended. */
async function within<T>(result: Promise<T>, end: () => void): Promise<T> {
	const timer = setTimeout(end, END_MS);
	return result.finally(() => clearTimeout(timer));
}
