import type { CanaryTraffic } from '../decide/canary.ts';
import type { Upstream } from './claim.ts';

/** What became of requests and websockets, counted when they end. Only grows. */
export interface Sample {
	trials: number;
	failures: number;
}

export interface Sides {
	/** Of which rollout. */
	readonly beganAt: number;
	readonly canary: Sample;
	readonly active: Sample;
}

/**
 * What both sides of a canary have served, to those who were drawn for one of them since it began: they differ in nothing
 * else, whereas programs, watchers and tabs from before ask the active version alone, and fail more often or less.
 */
export class Samples {
	#sides: Sides | null = null;

	/** Counts begin anew with each rollout. */
	of({ beganAt }: Pick<CanaryTraffic, 'beganAt'>): Sides {
		if (this.#sides?.beganAt !== beganAt) {
			this.#sides = { beganAt, canary: { trials: 0, failures: 0 }, active: { trials: 0, failures: 0 } };
		}
		return this.#sides;
	}
}

export function countEnd(sample: Sample | null, failed: boolean): void {
	if (sample === null) return;
	sample.trials++;
	if (failed) sample.failures++;
}

/** Of an answer that the version itself gave, whether or not it is a side of a canary. */
export function countAnswer(upstream: Pick<Upstream, 'serverErrors'>, sample: Sample | null, status: number): void {
	const failed = status >= 500;
	if (failed) upstream.serverErrors++;
	countEnd(sample, failed);
}
