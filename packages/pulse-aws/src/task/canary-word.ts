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
	/** What else was counted; `null` where the task is of a version that knows of requests alone, or counts all as one. */
	readonly live: LiveCount | null;
}

/** What an app sees of its pages beside their requests. */
export interface LiveCount {
	/** Versions that see different things cannot be compared by them. */
	readonly sees: 'sockets' | 'sockets and errors';
	readonly minutes: ReadonlyMap<number, Tally>;
}

/** As they are written. */
const SEES = ['sockets', 'sockets and errors'] as const;

/** So far back a reaper may have missed. */
const KEPT_MINUTES = 90;
/** What a standard parameter takes. */
const MOST_BYTES = 4_096;
/** More than any task serves in a minute: what is larger was made up. */
const MOST = 10_000_000;
const NONE: Tally = { trials: 0, failures: 0 };

/** A reaper that knows of requests alone reads the first three numbers of each row. */
export function canaryWordText({ rollout, minutes, live }: CanaryWord): string {
	const all = [...new Set([...minutes.keys(), ...(live?.minutes.keys() ?? [])])].sort((a, b) => a - b);
	const rows = all.slice(-KEPT_MINUTES).map((minute) => {
		const { trials, failures } = minutes.get(minute) ?? NONE;
		const more = live?.minutes.get(minute);
		return [minute, trials, failures, ...(more === undefined ? [] : [more.trials, more.failures])];
	});
	const text = (rows: readonly number[][]) =>
		JSON.stringify({ rollout, ...(live === null ? {} : { live: SEES.indexOf(live.sees) + 1 }), minutes: rows });
	while (text(rows).length > MOST_BYTES) rows.shift();
	return text(rows);
}

/** Any task of the app can write one; what makes no sense is left out. */
export function readCanaryWord(text: string): CanaryWord | null {
	const { rollout, minutes, live } = objectIn(text);
	if (typeof rollout !== 'string' || !Array.isArray(minutes)) return null;
	const rows = minutes.slice(-KEPT_MINUTES).filter((row): row is unknown[] => Array.isArray(row));
	const sees = SEES[Number(live) - 1];
	return {
		rollout,
		minutes: new Map(rows.flatMap(([minute, ...counts]) => rowOf(minute, counts.slice(0, 2)))),
		live:
			sees === undefined
				? null
				: { sees, minutes: new Map(rows.flatMap(([minute, , , ...more]) => rowOf(minute, more))) },
	};
}

function rowOf(minute: unknown, counts: readonly unknown[]): [number, Tally][] {
	const [trials, failures] = counts;
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
