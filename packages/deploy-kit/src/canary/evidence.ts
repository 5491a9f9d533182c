/**
 * Does the canary fail more often than the active version? A sequential test that may be looked at all the time.
 *
 * Visitors are drawn to one side or the other, so where neither is worse, each failure among the requests of a while is of
 * the canary with the probability that its share of those requests is. How many of them are, given how many requests and
 * failures there were, is then hypergeometric; where the odds of failing are θ times those of the active one, it is Fisher's
 * noncentral hypergeometric. The ratio of the two likelihoods is an e-value, exact for any numbers, and multiplied over one
 * stretch of time after the other it is a test martingale: a shop that is down for both for a minute says nothing, because
 * each stretch is compared within itself (as Mantel and Haenszel did, 1959). What the odds would be is not known, so several
 * are mixed. By Ville's inequality a canary that is as good as the active version ever reaches the limit 1/α with
 * probability α at most, however often it is looked at. See Turner and Grünwald, "Safe Sequential Testing and Effect
 * Estimation in Stratified Count Data" (arXiv:2302.11401), and Johari, Pekelis and Walsh, "Always Valid Inference"
 * (arXiv:1512.04922), for the mixture.
 */

/** Of one side. Both only grow. */
export interface Tally {
	/** Requests and websockets that have ended. */
	readonly trials: number;
	/** Those of them that failed. */
	readonly failures: number;
}

export interface Stretch {
	readonly canary: Tally;
	readonly active: Tally;
}

/** How many times the odds of failing might be; mixed with equal weights. */
const ODDS: readonly number[] = [1.5, 2, 3, 5, 10, 30];

/** So many requests of each side make a stretch: fewer compare nothing, and more let an hour drift within it. */
const STRETCH = 10;

/** Of one stretch; a busy stack's outage has more in a minute, and what a broken counter says may be anything. */
const MOST_FAILURES = 100_000;

export const NO_EVIDENCE: readonly number[] = ODDS.map(() => 0);

/** Closed by how many requests there were, never by how many failed, or the test would not be exact. */
export function isStretch({ canary, active }: Stretch): boolean {
	return hasSample(canary) && hasSample(active);
}

/** Enough of one side to be compared with. */
export function hasSample({ trials }: Tally): boolean {
	return trials >= STRETCH;
}

/** The logarithms of the likelihood ratios, one for each of `odds`: those of several stretches are added. */
export function evidenceOf(stretch: Stretch, odds: readonly number[] = ODDS): readonly number[] {
	return odds.map((times) => logLikelihoodRatio(stretch, times));
}

/** Failures of the canary beyond those that as many requests of the active one had in the same stretch. */
export function excessOf({ canary, active }: Stretch): number {
	return canary.failures - (active.failures * canary.trials) / active.trials;
}

export function added(one: readonly number[], other: readonly number[]): readonly number[] {
	return one.map((value, index) => value + (other[index] ?? 0));
}

/** The logarithm of the mixture: of the e-value that they have together. */
export function logEvidence(evidence: readonly number[]): number {
	return logSum(evidence) - Math.log(evidence.length);
}

/** Noncentral over central hypergeometric: θ^f over the mean of θ^J. */
function logLikelihoodRatio(stretch: Stretch, odds: number): number {
	const { canary, active } = bounded(stretch);
	const failed = canary.failures + active.failures;
	const least = Math.max(0, failed - active.trials);
	const most = Math.min(canary.trials, failed);
	if (failed === 0 || least === most) return 0;
	const logOdds = Math.log(odds);
	const central = new LogSum();
	const noncentral = new LogSum();
	let log = 0;
	for (let count = least; count <= most; count++) {
		central.add(log);
		noncentral.add(log + count * logOdds);
		// The ratio of one hypergeometric probability to the one before.
		log += Math.log((canary.trials - count) * (failed - count));
		log -= Math.log((count + 1) * (active.trials - failed + count + 1));
	}
	return canary.failures * logOdds - (noncentral.value - central.value);
}

/** The same shares of fewer requests, which are less evidence, where there are more failures than can be gone through. */
function bounded({ canary, active }: Stretch): Stretch {
	const times = (canary.failures + active.failures) / MOST_FAILURES;
	if (times <= 1) return { canary, active };
	const scaled = ({ trials, failures }: Tally): Tally => ({
		trials: Math.floor(trials / times),
		failures: Math.floor(failures / times),
	});
	return { canary: scaled(canary), active: scaled(active) };
}

function logSum(logs: readonly number[]): number {
	const sum = new LogSum();
	for (const log of logs) sum.add(log);
	return sum.value;
}

/** The logarithm of a sum of which the logarithms are known. */
class LogSum {
	#largest = Number.NEGATIVE_INFINITY;
	/** In units of the largest. */
	#sum = 0;

	add(log: number): void {
		if (log <= this.#largest) this.#sum += Math.exp(log - this.#largest);
		else {
			this.#sum = this.#sum * Math.exp(this.#largest - log) + 1;
			this.#largest = log;
		}
	}

	get value(): number {
		return this.#largest + Math.log(this.#sum);
	}
}
