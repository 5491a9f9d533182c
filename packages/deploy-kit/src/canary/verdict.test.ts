import { describe, expect, it } from 'vitest';
import { randomFrom } from '../../../pulse-edge/src/testing/random.ts';
import { added, evidenceOf, excessOf, isStretch, NO_EVIDENCE } from './evidence.ts';
import { ENOUGH, MIN_SAMPLE, verdictOn } from './verdict.ts';

interface World {
	readonly share: number;
	/** Of requests that fail, at that request. */
	readonly active: (request: number) => number;
	readonly canary: (request: number) => number;
}

/** A canary that is looked at after every stretch. @returns how many of its requests it took to halt it; `null`: it never was */
function halted(seed: number, world: World, requests: number): number | null {
	const random = randomFrom(seed);
	const none = () => ({ canary: { trials: 0, failures: 0 }, active: { trials: 0, failures: 0 } });
	const total = none();
	let open = none();
	let evidence = NO_EVIDENCE;
	let excess = 0;
	for (let request = 0; total.canary.trials < requests; request++) {
		const side = random() < world.share ? 'canary' : 'active';
		const failed = Number(random() < world[side](request));
		for (const tally of [total[side], open[side]]) {
			tally.trials++;
			tally.failures += failed;
		}
		if (!isStretch(open)) continue;
		evidence = added(evidence, evidenceOf(open));
		excess += excessOf(open);
		open = none();
		if (verdictOn({ ...total, evidence, excess }).says === 'halt') return total.canary.trials;
	}
	return null;
}

const always = (rate: number) => () => rate;
const RUNS = Array.from({ length: 20 }, (_, run) => run + 1);

describe('the brake, in 20 seeded runs each (R8.8)', () => {
	it.each([
		['5 % of visitors, the active one fails in 1 of 100', 0.05, 0.01],
		['5 % of visitors, the active one never fails', 0.05, 0],
		['25 % of visitors, the active one fails in 2 of 100', 0.25, 0.02],
		['1 % of visitors, the active one fails in 1 of 200', 0.01, 0.005],
	])('halts a canary that fails in 3 of 100 more within 2,000 of its requests: %s', (_, share, rate) => {
		const took = RUNS.map((seed) => halted(seed, { share, active: always(rate), canary: always(rate + 0.03) }, ENOUGH));
		expect(took.filter((requests) => requests === null)).toEqual([]);
		expect(Math.min(...took.map(Number))).toBeGreaterThanOrEqual(MIN_SAMPLE);
	});

	it.each([
		['which fails in 1 of 100', always(0.01)],
		['which fails in 1 of 5', always(0.2)],
		['beside which all is down now and then', (request: number) => (request % 5_000 < 500 ? 0.6 : 0.01)],
	])(
		'halts a canary that is equal to the active one, %s, in at most one of them, looked at all the time',
		(_, rate) => {
			const runs = RUNS.map((seed) => halted(seed, { share: 0.1, active: rate, canary: rate }, 5 * ENOUGH));
			expect(runs.filter((requests) => requests !== null).length).toBeLessThanOrEqual(1);
		},
	);

	it('halts one that is broken as soon as anything is said at all', () => {
		const took = RUNS.map((seed) => halted(seed, { share: 0.05, active: always(0.01), canary: always(0.9) }, ENOUGH));
		expect(Math.max(...took.map(Number))).toBeLessThan(MIN_SAMPLE + 20);
	});
});

describe('a verdict', () => {
	const certain = NO_EVIDENCE.map(() => 50);
	const seen = (canary: [number, number], active: [number, number], evidence: readonly number[] = certain) => ({
		canary: { trials: canary[0], failures: canary[1] },
		active: { trials: active[0], failures: active[1] },
		evidence,
	});

	it('waits for a minimum sample, and says how much of it is missing', () => {
		expect(verdictOn(seen([99, 99], [1_000, 0]))).toEqual({ says: 'waits', missing: 1 });
		expect(verdictOn(seen([100, 99], [1_000, 0]))).toEqual({ says: 'halt' });
	});

	it('takes four failures for a page that is broken for one visitor', () => {
		expect(verdictOn(seen([400, 4], [1_000, 0]))).toEqual({ says: 'goes-on' });
		expect(verdictOn(seen([400, 5], [1_000, 0]))).toEqual({ says: 'halt' });
	});

	it('leaves alone what is certain and too small to matter, and what is better', () => {
		expect(verdictOn(seen([1_000_000, 11_000], [1_000_000, 10_000]))).toEqual({ says: 'goes-on' });
		expect(verdictOn(seen([1_000, 10], [1_000, 100]))).toEqual({ says: 'goes-on' });
	});

	it('compares each stretch within itself: an outage of both, at a share that was smaller, hides no fault that comes after it', () => {
		const stretches = [
			{ canary: { trials: 50, failures: 10 }, active: { trials: 950, failures: 200 } },
			{ canary: { trials: 5_000, failures: 150 }, active: { trials: 5_000, failures: 0 } },
		];
		const excess = stretches.reduce((sum, stretch) => sum + excessOf(stretch), 0);
		expect(verdictOn({ ...seen([5_050, 160], [5_950, 200]), excess })).toEqual({ says: 'halt' });
		expect(verdictOn(seen([5_050, 160], [5_950, 200]))).toEqual({ says: 'goes-on' });
	});

	it('needs evidence, whatever the rates are', () => {
		expect(verdictOn(seen([200, 10], [200, 1], NO_EVIDENCE))).toEqual({ says: 'goes-on' });
	});
});
