import { logEvidence, type Stretch, type Tally } from './evidence.ts';

/** An equal canary is halted with this probability at most, over all looks together. */
const FALSE_HALTS = 0.01;
/** Nothing is decided before the canary has had so many requests: neither halted nor widened by itself. */
export const MIN_SAMPLE = 100;
/** By so many a canary that fails in 3 of 100 requests more is halted (`verdict.test.ts`). */
export const ENOUGH = 2_000;
/** One visitor with a broken page is no broken version. */
const MIN_FAILURES = 5;
/** What is worth halting for. A difference that is certain, but smaller, is shown and nothing more. */
const MIN_EXCESS = 0.005;

/** Pages of a halted canary choose their moment until then, as after a `recall` without a time. */
export const MOVE_WITHIN_MS = 600_000;

/** What is known of both sides since it began. */
export interface CanaryEvidence extends Stretch {
	/** See `evidenceOf`, added up. */
	readonly evidence: readonly number[];
	/** See `excessOf`, added up; absent where an older router has counted. */
	readonly excess?: number;
}

/** `waits`: for so many more requests, without which nothing can be said. */
export type Verdict =
	| { readonly says: 'waits'; readonly missing: number }
	| { readonly says: 'goes-on' }
	| { readonly says: 'halt' };

/** Whether the canary fails more than the active version, as far as can be said by now. */
export function verdictOn({ canary, active, evidence, excess }: CanaryEvidence): Verdict {
	if (canary.trials < MIN_SAMPLE) return { says: 'waits', missing: MIN_SAMPLE - canary.trials };
	const isWorse =
		canary.failures >= MIN_FAILURES &&
		(excess === undefined ? rateOf(canary) - rateOf(active) : excess / canary.trials) >= MIN_EXCESS &&
		logEvidence(evidence) >= -Math.log(FALSE_HALTS);
	return { says: isWorse ? 'halt' : 'goes-on' };
}

function rateOf({ trials, failures }: Tally): number {
	return trials === 0 ? 0 : failures / trials;
}

/** `12 of 340 requests failed, beside it 20 of 6100`. */
export function evidenceText({ canary, active }: Stretch): string {
	const side = ({ trials, failures }: Tally) => `${failures} of ${trials}`;
	return `${side(canary)} requests failed, beside it ${side(active)}`;
}
