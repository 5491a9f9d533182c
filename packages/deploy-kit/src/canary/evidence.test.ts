import { expect, it } from 'vitest';
import { added, evidenceOf, isStretch, logEvidence, NO_EVIDENCE } from './evidence.ts';

const stretch = (canary: [number, number], active: [number, number]) => ({
	canary: { trials: canary[0], failures: canary[1] },
	active: { trials: active[0], failures: active[1] },
});

it('says nothing without failures, and nothing where all have failed', () => {
	expect(evidenceOf(stretch([10, 0], [200, 0]))).toEqual(NO_EVIDENCE);
	expect(evidenceOf(stretch([10, 10], [200, 200]))).toEqual(NO_EVIDENCE);
});

it('of one failure among twenty requests, one of them the canary’s, is θ n / (θ n + m) over n / (n + m)', () => {
	const ratio = (canary: number, active: number) => Math.exp(evidenceOf(stretch([1, canary], [19, active]), [5])[0]!);
	expect(ratio(1, 0)).toBeCloseTo(5 / (5 * 1 + 19) / (1 / 20), 10);
	expect(ratio(0, 1)).toBeCloseTo(19 / (5 + 19) / (19 / 20), 10);
});

it('has the mean 1 where both fail alike, whatever the numbers are: an exact e-value', () => {
	for (const [canary, active, failed] of [
		[10, 40, 7],
		[12, 10, 15],
		[3, 900, 30],
	] as const) {
		const counts = Array.from({ length: Math.min(canary, failed) + 1 }, (_, count) => count);
		const possible = counts.filter((count) => failed - count <= active);
		const choose = (n: number, k: number) =>
			Array.from({ length: k }, (_, i) => (n - i) / (i + 1)).reduce((product, factor) => product * factor, 1);
		const mean = possible
			.map((count) => {
				const chance = (choose(canary, count) * choose(active, failed - count)) / choose(canary + active, failed);
				return chance * Math.exp(logEvidence(evidenceOf(stretch([canary, count], [active, failed - count]))));
			})
			.reduce((sum, part) => sum + part, 0);
		expect(mean).toBeCloseTo(1, 9);
	}
});

it('of a stretch with more failures than can be gone through is that of fewer requests with the same shares', () => {
	const of = (times: number) =>
		logEvidence(evidenceOf(stretch([2_000 * times, 1_000 * times], [8_000 * times, 80 * times])));
	for (const times of [200, 1e9]) expect(of(times) / of(92)).toBeCloseTo(1, 1);
	const alike = stretch([2e12, 1e12], [8e12, 4e12]);
	expect(logEvidence(evidenceOf(alike))).toBeLessThan(0);
});

it('is closed by how many requests there were, never by how many of them failed', () => {
	expect(isStretch(stretch([10, 0], [10, 10]))).toBe(true);
	expect(isStretch(stretch([9, 9], [500, 0]))).toBe(false);
	expect(isStretch(stretch([500, 0], [9, 9]))).toBe(false);
});

it('of several stretches is added, and begins with nothing', () => {
	const one = evidenceOf(stretch([20, 4], [100, 1]));
	expect(logEvidence(NO_EVIDENCE)).toBeCloseTo(0, 12);
	expect(added(NO_EVIDENCE, one)).toEqual(one);
	expect(logEvidence(added(one, one))).toBeGreaterThan(logEvidence(one));
});
