import type { LeaseAnswer, NewestLeases } from 'pulse-app';
import { describe, expect, test } from 'vitest';
import { randomFrom } from '../../../pulse-edge/src/testing/random.ts';
import { newestParameter, stateParameter } from '../protocol.ts';
import { parameterLeases } from './newest-lease.ts';

const NAME = 'shop';
const signal = new AbortController().signal;

/** Parameter Store as it counts versions, on a clock that the test moves. */
class Store {
	now = 1_000_000;
	readonly values = new Map<string, { Value: string; Version: number }>();
	puts = 0;
	/** Called before a write is carried out. */
	beforePut: () => Promise<void> | void = () => {};
	/** Called after one was. */
	afterPut: () => Promise<void> | void = () => {};
	readonly ssm = {
		getParameters: async ({ Names = [] }: { Names: string[] | undefined }) => ({
			$metadata: {},
			Parameters: Names.flatMap((Name) => (this.values.has(Name) ? [{ Name, ...this.values.get(Name)! }] : [])),
		}),
		putParameter: async (put: {
			Name?: string | undefined;
			Value?: string | undefined;
			Overwrite?: boolean | undefined;
		}) => {
			await this.beforePut();
			const { Name = '', Value = '', Overwrite } = put;
			const known = this.values.get(Name);
			if (known && !Overwrite) throw Object.assign(new Error(''), { name: 'ParameterAlreadyExists' });
			const Version = (known?.Version ?? 0) + 1;
			this.values.set(Name, { Value, Version });
			this.puts += 1;
			await this.afterPut();
			return { $metadata: {}, Version };
		},
	};

	activate(...ids: string[]): void {
		for (const id of ['v1', 'v2']) this.say(stateParameter(NAME, id), ids.includes(id) ? 'active' : 'draining');
	}

	say(name: string, Value: string): void {
		this.values.set(name, { Value, Version: 1 });
	}

	task(deploymentId: string, offset = 0): NewestLeases {
		const clock = () => this.now + offset;
		const clocks = { monotonic: clock, wall: clock };
		return parameterLeases({ ssm: this.ssm, deploymentName: NAME, deploymentId, clocks, random: () => 0.5 });
	}
}

const fence = (answer: LeaseAnswer) => (answer.held ? answer.fence : Number.NaN);

function store(...active: string[]): Store {
	const made = new Store();
	made.activate(...active);
	return made;
}

describe('the lease of the newest deployment on AWS (A11.8)', () => {
	test('is of one task of the active deployment, and is written every few seconds alone', async () => {
		const world = store('v1');
		const [one, two, old] = [world.task('v1'), world.task('v1'), world.task('v2')];
		expect(await one.ask(signal)).toEqual({
			held: true,
			newest: true,
			fence: 1_000_001,
			forMs: 15_000,
			askInMs: 2_000,
		});
		expect(await two.ask(signal)).toEqual({ held: false, askInMs: 2_000 });
		expect(await old.ask(signal)).toMatchObject({ held: false });
		for (let at = 0; at < 60_000; at += 2_000) {
			world.now += 2_000;
			expect(await one.ask(signal)).toMatchObject({ held: true, fence: 1_000_001 });
			expect(await two.ask(signal)).toMatchObject({ held: false });
		}
		expect(world.puts).toBeLessThanOrEqual(11);
	});

	test('goes to the new one when the holder gives it back at a promotion, and not before', async () => {
		const world = store('v1');
		const [one, two] = [world.task('v1'), world.task('v2')];
		const first = await one.ask(signal);
		world.activate('v2');
		expect(await two.ask(signal)).toMatchObject({ held: false });
		expect(await one.ask(signal)).toMatchObject({ held: true, newest: false, fence: fence(first) });
		await one.release(signal);
		expect(await one.ask(signal)).toMatchObject({ held: false });
		const second = await two.ask(signal);
		expect(fence(second)).toBeGreaterThan(fence(first));
	});

	test('of a task that died or sleeps is taken when it was seen unchanged for its time, and the sleeper finds out', async () => {
		const world = store('v1');
		// A clock of another day: it is only measured with.
		const [one, two] = [world.task('v1'), world.task('v1', 86_400_000)];
		const first = await one.ask(signal);
		for (const ms of [14_000, 999, 1]) {
			expect(await two.ask(signal), String(ms)).toMatchObject({ held: false });
			world.now += ms;
		}
		const second = await two.ask(signal);
		expect(fence(second)).toBeGreaterThan(fence(first));
		expect(await one.ask(signal)).toMatchObject({ held: false });
		await one.release(signal);
		expect(await two.ask(signal)).toMatchObject({ held: true, fence: fence(second) });
	});

	test('a write that comes late, over another one, holds nothing and takes nothing', async () => {
		const world = store('v1');
		const [one, two, three] = [world.task('v1'), world.task('v1'), world.task('v1')];
		await one.ask(signal);
		await one.release(signal);
		// Both saw it free.
		let go = () => {};
		world.beforePut = () =>
			new Promise<void>((resolve) => {
				go = resolve;
			});
		const late = two.ask(signal);
		await new Promise((resolve) => setImmediate(resolve));
		world.beforePut = () => {};
		const winner = await three.ask(signal);
		go();
		expect(await late).toMatchObject({ held: false });
		expect(await three.ask(signal)).toMatchObject({ held: true, fence: fence(winner) });
		world.now += 6_000;
		expect(await three.ask(signal)).toMatchObject({ held: true, fence: fence(winner) });
		expect(await two.ask(signal)).toMatchObject({ held: false });
	});

	test('a task whose answer was lost finds that it has it', async () => {
		const world = store('v1');
		const one = world.task('v1');
		world.afterPut = () => Promise.reject(new Error('socket hang up'));
		await expect(one.ask(signal)).rejects.toThrow('Parameter Store: Error: socket hang up');
		world.afterPut = () => {};
		expect(await one.ask(signal)).toMatchObject({ held: true, fence: 1_000_001 });
		expect(world.puts).toBe(1);
	});

	test('is asked for on when the role may not, with the way out', async () => {
		const world = store('v1');
		world.beforePut = () => Promise.reject(Object.assign(new Error('no'), { name: 'AccessDeniedException' }));
		await expect(world.task('v1').ask(signal)).rejects.toThrow(/baseline is an old one\. Run: pulse-aws deploy$/);
	});

	test('what makes no sense in its parameter is nobody, and is replaced after the time of a lease', async () => {
		const world = store('v1');
		world.say(newestParameter(NAME), 'junk');
		const one = world.task('v1');
		expect(await one.ask(signal)).toMatchObject({ held: false });
		world.now += 15_000;
		expect(await one.ask(signal)).toMatchObject({ held: true, newest: true });
	});

	const ROUNDS = 100;
	test(`no two tasks have it at once in ${ROUNDS} seeded runs with slow, lost and late calls, sleeping and dying tasks, promotions and rollbacks`, async () => {
		let takenOver = 0;
		for (let seed = 1; seed <= ROUNDS; seed++) takenOver += await run(seed);
		process.stdout.write(`leases in Parameter Store: ${ROUNDS} runs, ${takenOver} terms, no two at once\n`);
		expect(takenOver).toBeGreaterThan(ROUNDS * 2);
	}, 60_000);
});

interface Holding {
	readonly fence: number;
	readonly until: number;
}

/** Five minutes in steps of half a second; returns how many terms there were. */
async function run(seed: number): Promise<number> {
	const random = randomFrom(seed);
	const world = store('v1');
	/** Calls that are on their way, each carried out, or its answer given, at a later step. */
	let underWay: { readonly at: number; readonly go: () => void }[] = [];
	const delay = () => {
		// Most are quick; one in ten takes longer than a lease.
		const takes = random() < 0.9 ? random() * 1_500 : random() * 25_000;
		return new Promise<void>((go) => void underWay.push({ at: world.now + takes, go }));
	};
	const call =
		<I, O>(carryOut: (input: I) => Promise<O>) =>
		async (input: I) => {
			await delay();
			if (random() < 0.03) throw new Error('refused');
			const answer = await carryOut(input);
			await delay();
			if (random() < 0.03) throw new Error('the answer was lost');
			return answer;
		};
	const ssm = { getParameters: call(world.ssm.getParameters), putParameter: call(world.ssm.putParameter) };
	const tasks = Array.from({ length: 5 }, (_, index) => {
		const offset = random() * 1e9;
		const clock = () => world.now + offset;
		const deploymentId = index < 3 ? 'v1' : 'v2';
		const clocks = { monotonic: clock, wall: clock };
		const leases = parameterLeases({ ssm, deploymentName: NAME, deploymentId, clocks, random });
		return {
			leases,
			holding: null as Holding | null,
			asking: false,
			nextAt: random() * 2_000,
			sleepsUntil: 0,
			terms: 0,
		};
	});
	const fences = new Map<number, object>();
	const broken: string[] = [];
	const begun = world.now;
	while (world.now < begun + 300_000) {
		world.now += 500;
		if (random() < 0.02) world.activate(random() < 0.5 ? 'v1' : 'v2');
		for (const task of tasks) {
			if (random() < 0.005) task.sleepsUntil = world.now + random() * 40_000;
			if (task.asking || world.now < task.nextAt || world.now < task.sleepsUntil) continue;
			task.asking = true;
			const asked = world.now;
			const settle = (answer: LeaseAnswer | null) => {
				task.asking = false;
				task.nextAt = world.now + (answer?.askInMs ?? 750);
				if (answer === null) return;
				if (!answer.held) {
					task.holding = null;
					return;
				}
				const before = task.holding;
				task.holding = { fence: answer.fence, until: asked + answer.forMs };
				if (before?.fence === answer.fence) return;
				task.terms += 1;
				const owner = fences.get(answer.fence) ?? task;
				fences.set(answer.fence, task);
				if (owner !== task) broken.push(`two tasks had fence ${answer.fence}`);
			};
			const leaves = task.holding !== null && random() < 0.1;
			const release = async (): Promise<null> => {
				task.holding = null;
				await task.leases.release(signal);
				return null;
			};
			const asking: Promise<LeaseAnswer | null> = leaves ? release() : task.leases.ask(signal);
			void asking.then(settle, () => settle(null));
		}
		const due = underWay.filter(({ at }) => at <= world.now);
		underWay = underWay.filter(({ at }) => at > world.now);
		for (const { go } of due) go();
		// Everything that can go on without time does.
		for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
		const holders = tasks.filter(({ holding }) => holding !== null && holding.until > world.now);
		if (holders.length > 1) broken.push(`two at once: ${JSON.stringify(holders.map((one) => one.holding))}`);
		const highest = Math.max(0, ...fences.keys());
		const current = holders[0]?.holding?.fence;
		if (current !== undefined && current < highest) broken.push(`fence ${current} after ${highest}`);
		if (broken.length > 0) throw new Error(`seed ${seed}, after ${world.now - begun} ms: ${broken.join('; ')}`);
	}
	return tasks.reduce((sum, { terms }) => sum + terms, 0);
}
