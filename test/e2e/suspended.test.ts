import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Lane, type Moment, type Stack } from './faults/lane.ts';
import { deployed } from './faults/scenario.ts';
import { SLEEPY, type Sleepy } from './suspended/commands.ts';
import { INIT_PLACES, initMoments, initNap } from './suspended/init.ts';
import { moments, nap } from './suspended/nap.ts';

/**
 * Each command falls asleep (SIGSTOP) for longer than its lock: just after each API call that it makes, and after each line
 * of progress. Meanwhile another command comes and ends, or none does. Then it wakes: visitors were answered all the
 * time, nothing of the other's is lost, and where no other came the command ends as if it had not slept. Here each command
 * sleeps at a few of its moments, in rotation; `npm run suspended` has each sleep at all of them, with each rival.
 */
const ALL = process.env.PULSE_SUSPENDED === 'all';
/** Part of the names of commands: only those. */
const { PULSE_SUSPENDED_ONLY: ONLY = '' } = process.env;
/** Each is a stack with its processes; more of them than cores, and the short lock of these commands lapses by itself. */
const LANES = Math.min(3, availableParallelism());
/** Of each command, in the short run; the one that most depends on has more. */
const NAPS = (name: string) => (name === 'deploy (source)' ? 3 : 1);
const BUDGET_MS = ALL ? 3 * 3_600_000 : 600_000;

interface Case {
	readonly title: string;
	run(lane: Lane, stack: Stack): Promise<{ readonly slept: boolean; readonly met: boolean }>;
}

const lanes: { readonly lane: Lane; readonly stack: Stack }[] = [];
const cases: Case[] = [];

beforeAll(async () => {
	for (let index = 0; index < LANES; index++) {
		const lane = await Lane.open();
		lanes.push({ lane, stack: await lane.init('shop') });
	}
	await Promise.all(lanes.map(({ lane, stack }) => deployed(lane, stack)));
	const meant = ({ name, rare }: Sleepy) => name.includes(ONLY) && (ALL || ONLY !== '' || rare !== true);
	const sleepy = SLEEPY.filter(meant).map((one, offset) => ({ one, offset }));
	await onEveryLane(sleepy, async ({ one, offset }, lane, stack) => {
		const rivals = [...one.rivals, null];
		for (const { at, rival } of spread(await moments(one, lane, stack), rivals, NAPS(one.name), offset)) {
			const title = `${one.name}, asleep after ${named(at)}, with ${rival?.name ?? 'nobody'}`;
			cases.push({ title, run: (lane, stack) => nap({ sleepy: one, at, rival }, lane, stack) });
		}
	});
	const places = INIT_PLACES.filter((where) => `init (${where})`.includes(ONLY)).map((where, offset) => ({
		where,
		offset,
	}));
	await onEveryLane(places, async ({ where, offset }, lane) => {
		for (const { at, rival } of spread(await initMoments(where, lane), [true, false], 1, offset)) {
			const title = `init (${where}), asleep after ${named(at)}, with ${rival ? 'another init and a deploy' : 'nobody'}`;
			cases.push({ title, run: (lane) => initNap(where, at, rival, lane) });
		}
	});
}, 300_000);

afterAll(async () => {
	for (const { lane, stack } of lanes) {
		await stack.store.close();
		await lane.close();
	}
}, 120_000);

test(
	'a command that slept longer than its lock harms nothing that became of others meanwhile',
	async () => {
		const harmed: string[] = [];
		let slept = 0;
		let met = 0;
		await onEveryLane([...cases], async ({ title, run }, lane, stack) => {
			const begun = performance.now();
			const complaint = await run(lane, stack).then(
				(result) => {
					slept += Number(result.slept);
					met += Number(result.met);
					return null;
				},
				(error: unknown) => (error instanceof Error ? error.message : String(error)),
			);
			if (complaint !== null) harmed.push(`${title}\n${complaint}`);
			if (process.env.PULSE_SUSPENDED_VERBOSE || complaint !== null) {
				const seconds = ((performance.now() - begun) / 1000).toFixed(1);
				process.stdout.write(`${complaint === null ? 'ok    ' : 'HARMED'} ${seconds} s  ${title} ${complaint ?? ''}\n`);
			}
		});
		const count = `${cases.length} cases, ${slept} asleep at their moment, ${met} with a rival`;
		process.stdout.write(`suspended commands: ${count}, ${harmed.length} harmed\n`);
		expect(harmed.join('\n\n')).toBe('');
		expect(slept).toBeGreaterThan(cases.length / 2);
	},
	BUDGET_MS,
);

function spread<R>(
	moments: readonly Moment[],
	rivals: readonly R[],
	naps: number,
	offset: number,
): { at: Moment; rival: R }[] {
	if (ALL) return moments.flatMap((at) => rivals.map((rival) => ({ at, rival })));
	// Moments far from each other, and another rival at each.
	const step = moments.length / naps;
	return Array.from({ length: naps }, (_, index) => {
		const at = moments[Math.floor((index + ((0.4 + offset * 0.3) % 1)) * step)];
		const rival = rivals[(index + offset) % rivals.length];
		return at === undefined || rival === undefined ? [] : [{ at, rival }];
	}).flat();
}

function named(at: Moment): string {
	return 'line' in at ? `line ${at.line + 1}` : `${at.fields} (${at.nth + 1})`;
}

/** Each of `left` once, on whichever lane is free. */
async function onEveryLane<T>(left: T[], work: (item: T, lane: Lane, stack: Stack) => Promise<void>): Promise<void> {
	await Promise.all(
		lanes.map(async ({ lane, stack }) => {
			for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item, lane, stack);
		}),
	);
}
