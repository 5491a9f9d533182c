import type { Tally } from 'pulse-deploy-kit/canary/evidence';
import { objectIn } from 'pulse-deploy-kit/json-object';

/**
 * What one task has counted of the visitors that were drawn, by the minute of the clock: two versions can be compared minute by
 * minute then, although their tasks write at different times, so that what went wrong for both within one minute says nothing.
 */
export interface CanaryWord {
	/** `rolloutName`. */
	readonly rollout: string;
	/** Minutes since the epoch → what ended in them. */
	readonly minutes: ReadonlyMap<number, Tally>;
}

/** So far back a reaper may have missed: with the largest numbers that fit a standard parameter. */
const KEPT_MINUTES = 90;
/** More than any task serves in a minute: what is larger was made up. */
const MOST = 10_000_000;

export function canaryWordText({ rollout, minutes }: CanaryWord): string {
	const rows = [...minutes].slice(-KEPT_MINUTES).map(([minute, { trials, failures }]) => [minute, trials, failures]);
	return JSON.stringify({ rollout, minutes: rows });
}

/** Any task of the app can write one; what makes no sense is left out. */
export function readCanaryWord(text: string): CanaryWord | null {
	const { rollout, minutes } = objectIn(text);
	if (typeof rollout !== 'string' || !Array.isArray(minutes)) return null;
	return { rollout, minutes: new Map(minutes.slice(-KEPT_MINUTES).flatMap(rowOf)) };
}

function rowOf(row: unknown): [number, Tally][] {
	if (!Array.isArray(row)) return [];
	const [minute, trials, failures] = row as unknown[];
	const all = [minute, trials, failures];
	if (!all.every((one): one is number => Number.isSafeInteger(one) && (one as number) >= 0)) return [];
	const tally = { trials: Number(trials), failures: Number(failures) };
	return tally.failures <= tally.trials && tally.trials <= MOST ? [[Number(minute), tally]] : [];
}

/** What a growing count has gained since the last look, put down to the minute of this one. */
export class MinuteCount {
	readonly minutes = new Map<number, Tally>();
	#seen: Tally = { trials: 0, failures: 0 };

	look({ trials, failures }: Tally, now: number): void {
		const gained = { trials: trials - this.#seen.trials, failures: failures - this.#seen.failures };
		this.#seen = { trials, failures };
		if (gained.trials <= 0) return;
		const minute = Math.floor(now / 60_000);
		const before = this.minutes.get(minute) ?? { trials: 0, failures: 0 };
		this.minutes.set(minute, {
			trials: before.trials + gained.trials,
			failures: before.failures + gained.failures,
		});
		for (const old of this.minutes.keys()) if (old <= minute - KEPT_MINUTES) this.minutes.delete(old);
	}
}
