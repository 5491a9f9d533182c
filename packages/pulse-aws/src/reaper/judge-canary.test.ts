import { ENOUGH, MIN_SAMPLE, verdictOn } from 'pulse-deploy-kit/canary/verdict';
import { describe, expect, it } from 'vitest';
import { randomFrom } from '../../../pulse-edge/src/testing/random.ts';
import { CanaryParts } from '../task/canary-part.ts';
import { canaryWordText, type LiveCount, readCanaryWord } from '../task/canary-word.ts';
import { type Rollout, rolloutName } from '../task/rollout.ts';
import { type JudgedCanary, judgeMinutes, newJudgement, type SaidCount } from './judge-canary.ts';
import { judgedText, readJudged } from './judged-text.ts';

const MINUTE_MS = 60_000;
const POLL_MS = 5_000;
const BEGAN = Date.UTC(2026, 3, 2, 12, 0, 20);
const ROLLOUT: Rollout = {
	...{ id: 'shop-2', activeId: 'shop-1', beganAt: BEGAN, sharedAt: BEGAN },
	...{ share: 500, next: [], everyMs: null },
};

interface World {
	readonly share: number;
	/** Requests a minute, of both sides. */
	readonly requests: number;
	/** Of requests that fail, in that minute. */
	readonly active: (minute: number) => number;
	readonly canary: (minute: number) => number;
	/** What fails are websockets and pages, each of which counts beside requests that do not. */
	readonly live?: true;
}

/** Two tasks a side, which look every five seconds, each at its own, and write when they have something to tell. */
function tasks(sees: LiveCount['sees'] | null) {
	return (['canary', 'active'] as const).flatMap((side) =>
		[0, 1].map((task) => {
			const parts = new CanaryParts(side === 'canary' ? 'shop-2' : 'shop-1', sees);
			parts.see(ROLLOUT);
			return { side, parts, offset: task * 2_000 + (side === 'canary' ? 900 : 0), written: '' };
		}),
	);
}

/** The reaper's runs, a minute each. @returns how many of its requests were judged when it was halted; `null`: it never was */
function halted(seed: number, world: World, most: number): number | null {
	const random = randomFrom(seed);
	const all = tasks(world.live ? 'sockets and errors' : null);
	let stored = judgedText(newJudgement(ROLLOUT));
	for (let minute = 0; ; minute++) {
		for (let at = 0; at < MINUTE_MS; at += POLL_MS) {
			for (let request = 0; request < world.requests / (MINUTE_MS / POLL_MS); request++) {
				const side = random() < world.share ? 'canary' : 'active';
				const served = all.filter((one) => one.side === side)[random() < 0.5 ? 0 : 1]!;
				const { sample: requests, live } = served.parts.part!;
				const sample = world.live && random() < 0.5 ? live! : requests;
				sample.trials++;
				if (world.live && sample === requests) continue;
				if (random() < world[side](minute)) sample.failures++;
			}
			for (const task of all) {
				const now = BEGAN + minute * MINUTE_MS + at + task.offset;
				const word = task.parts.word(now);
				if (word === null) continue;
				task.written = word;
				task.parts.told(word, now);
			}
		}
		const said = all.flatMap(({ side, written }): SaidCount[] => {
			const word = readCanaryWord(written);
			return word === null ? [] : [{ side, word }];
		});
		const before = readJudged(stored, rolloutName(ROLLOUT)) as JudgedCanary;
		const judged = judgeMinutes(before, said, BEGAN + (minute + 1) * MINUTE_MS);
		stored = judgedText(judged);
		if (verdictOn(judged).says === 'halt') return judged.canary.trials;
		if (judged.canary.trials >= most) return null;
	}
}

const always = (rate: number) => () => rate;
const RUNS = Array.from({ length: 20 }, (_, run) => run + 1);

describe("the reaper's brake on what tasks have written, in 20 seeded runs each (A8.6)", () => {
	it.each([
		['5 % of visitors, the active one fails in 1 of 100', { share: 0.05, requests: 1_200 }, 0.01],
		['5 % of visitors, the active one never fails', { share: 0.05, requests: 1_200 }, 0],
		['25 % of visitors, the active one fails in 2 of 100', { share: 0.25, requests: 480 }, 0.02],
		['a shop with three requests of it a minute', { share: 0.05, requests: 60 }, 0.01],
	])('halts a canary that fails in 3 of 100 more within 2,000 of its requests: %s', (_, flow, rate) => {
		const world = { ...flow, active: always(rate), canary: always(rate + 0.03) };
		const took = RUNS.map((seed) => halted(seed, world, ENOUGH));
		expect(took.filter((requests) => requests === null)).toEqual([]);
		expect(Math.min(...took.map(Number))).toBeGreaterThanOrEqual(MIN_SAMPLE);
	});

	it('halts one whose pages fail, or whose websockets are dropped, in 3 of 100 more, and at most one that is equal', () => {
		const flow = { share: 0.05, requests: 1_200, active: always(0.01), live: true } as const;
		// Every other thing that is counted is a request, and no request fails.
		const worse = RUNS.map((seed) => halted(seed, { ...flow, canary: always(0.04) }, 2 * ENOUGH));
		expect(worse.filter((counted) => counted === null)).toEqual([]);
		const equal = RUNS.map((seed) => halted(seed, { ...flow, canary: always(0.01) }, 2 * ENOUGH));
		expect(equal.filter((counted) => counted !== null).length).toBeLessThanOrEqual(1);
	});

	it.each([
		['which fails in 1 of 100', always(0.01)],
		['which fails in 1 of 5', always(0.2)],
		['beside which all is down for a minute now and then', (minute: number) => (minute % 12 === 3 ? 0.6 : 0.01)],
	])('halts a canary that is equal to the active one, %s, in at most one of them', (_, rate) => {
		const world = { share: 0.1, requests: 600, active: rate, canary: rate };
		const runs = RUNS.map((seed) => halted(seed, world, 2 * ENOUGH));
		expect(runs.filter((requests) => requests !== null).length).toBeLessThanOrEqual(1);
	});
});

describe('what is judged (A8.6)', () => {
	const minute = Math.floor(BEGAN / MINUTE_MS);
	const word = (side: 'canary' | 'active', rows: number[][], rollout = rolloutName(ROLLOUT)): SaidCount => ({
		side,
		word: readCanaryWord(JSON.stringify({ rollout, minutes: rows }))!,
	});
	const later = BEGAN + 3 * MINUTE_MS;

	it('is each minute once, when all tasks have had time to write it down, whoever looks how often', () => {
		const said = [word('canary', [[minute, 20, 2]]), word('active', [[minute, 300, 1]])];
		const early = judgeMinutes(newJudgement(ROLLOUT), said, BEGAN + MINUTE_MS);
		expect(early.canary.trials).toBe(0);
		const once = judgeMinutes(early, said, later);
		expect(once).toMatchObject({ canary: { trials: 20, failures: 2 }, active: { trials: 300, failures: 1 } });
		expect(judgeMinutes(once, said, later + MINUTE_MS)).toMatchObject({ canary: once.canary, evidence: once.evidence });
	});

	it('is what several tasks have counted together, ended ones too, and nothing of another rollout', () => {
		const said = [
			...[word('canary', [[minute, 6, 1]]), word('canary', [[minute, 5, 0]])],
			...[word('active', [[minute, 40, 0]]), word('active', [[minute, 900, 900]], 'other')],
		];
		const judged = judgeMinutes(newJudgement(ROLLOUT), said, later);
		expect(judged).toMatchObject({ canary: { trials: 11, failures: 1 }, active: { trials: 40, failures: 0 } });
		expect(judged.open.canary.trials).toBe(0);
	});

	it('waits for ten requests of each side before it compares them', () => {
		const said = [
			word('canary', [
				[minute, 6, 1],
				[minute + 1, 6, 1],
			]),
			word('active', [[minute, 400, 0]]),
		];
		expect(judgeMinutes(newJudgement(ROLLOUT), said, BEGAN + 2 * MINUTE_MS).open.canary.trials).toBe(6);
		expect(judgeMinutes(newJudgement(ROLLOUT), said, later).open.canary.trials).toBe(0);
	});

	it('is requests alone where one side sees nothing else, or not the same', () => {
		const said = (side: 'canary' | 'active', live: number | null): SaidCount => {
			const text = JSON.stringify({
				rollout: rolloutName(ROLLOUT),
				...(live && { live }),
				minutes: [[minute, 20, 1, 30, 7]],
			});
			return { side, word: readCanaryWord(text)! };
		};
		const judged = (canary: number | null, active: number | null) =>
			judgeMinutes(newJudgement(ROLLOUT), [said('canary', canary), said('active', active)], later).canary;
		expect(judged(2, 2)).toEqual({ trials: 50, failures: 8 });
		expect(judged(1, 1)).toEqual({ trials: 50, failures: 8 });
		for (const [one, other] of [
			[2, null],
			[null, 2],
			[2, 1],
			[null, null],
		] as const)
			expect(judged(one, other)).toEqual({ trials: 20, failures: 1 });
	});

	it('fits a parameter, and is read by a reaper that knows of requests alone', () => {
		const most = { trials: 9_999_999, failures: 9_999_999 };
		const minutes = new Map(Array.from({ length: 90 }, (_, at) => [29_000_000 + at, most] as const));
		const text = canaryWordText({ rollout: 'a', minutes, live: { sees: 'sockets and errors', minutes } });
		expect(text.length).toBeLessThanOrEqual(4_096);
		const rows = JSON.parse(text).minutes as number[][];
		expect(rows.length).toBeGreaterThan(80);
		// The newest stay, and requests come first in each.
		expect(rows.at(-1)?.slice(0, 3)).toEqual([29_000_089, most.trials, most.failures]);
		expect(readCanaryWord(text)?.live?.minutes.get(29_000_089)).toEqual(most);
	});

	it('may have been written by anybody who took a task over: what makes no sense is left out', () => {
		for (const junk of ['', 'healthy', '{"rollout":1,"minutes":[]}', '{"rollout":"a","minutes":{}}', 'null', '[]'])
			expect(readCanaryWord(junk), junk).toBeNull();
		const odd = [[minute, -1, 0], [minute, 2, 3], [minute, 1e12, 0], [minute, 'x', 0], 7, [minute, 4, 1]];
		const read = readCanaryWord(JSON.stringify({ rollout: 'a', minutes: odd }));
		expect([...(read?.minutes ?? [])]).toEqual([[minute, { trials: 4, failures: 1 }]]);
		expect(readJudged('{"rollout":"a","until":1}', 'a')).toBeNull();
		expect(readJudged(judgedText(newJudgement(ROLLOUT)), 'another')).toBeNull();
	});
});
