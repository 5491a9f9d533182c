import {
	added,
	evidenceOf,
	excessOf,
	isStretch,
	NO_EVIDENCE,
	type Stretch,
	type Tally,
} from 'pulse-deploy-kit/canary/evidence';
import type { CanaryEvidence } from 'pulse-deploy-kit/canary/verdict';
import type { CanaryWord } from '../task/canary-word.ts';
import { type CanarySide, type Rollout, rolloutName } from '../task/rollout.ts';

/** What the reaper has judged of a rollout's minutes, and goes on from with the next run. */
export interface JudgedCanary extends CanaryEvidence {
	readonly rollout: string;
	/** The first minute since the epoch that is not judged yet. */
	readonly until: number;
	/** Minutes that are no stretch yet: too few requests of either side. */
	readonly open: Stretch;
	readonly excess: number;
}

/** What the tasks of one side have counted. */
export interface SaidCount {
	readonly side: CanarySide;
	readonly word: CanaryWord;
}

const MINUTE_MS = 60_000;
const NONE: Tally = { trials: 0, failures: 0 };
const NOTHING: Stretch = { canary: NONE, active: NONE };
/**
 * A minute is judged when all tasks have written it down: they write every half minute, a little late where Parameter Store
 * throttles. What comes later than that counts for nothing.
 */
const SETTLED_MS = 60_000;

export function newJudgement(rollout: Rollout): JudgedCanary {
	return {
		rollout: rolloutName(rollout),
		until: Math.floor(rollout.beganAt / MINUTE_MS),
		...NOTHING,
		open: NOTHING,
		evidence: NO_EVIDENCE,
		excess: 0,
	};
}

/** Minute by minute, each compared within itself. Again with the same minutes is the same. */
export function judgeMinutes(judged: JudgedCanary, said: readonly SaidCount[], now: number): JudgedCanary {
	const end = Math.floor((now - SETTLED_MS) / MINUTE_MS);
	const own = said.filter(({ word }) => word.rollout === judged.rollout);
	// Where the versions see different things, or one sees nothing beside requests, requests alone are compared.
	const isAlike = new Set(own.map(({ word }) => word.live?.sees ?? null)).size === 1;
	let next = judged;
	// Minutes without anything need no turn each: a rollout may have been forgotten for days.
	const minutes = [...new Set(own.flatMap(({ word }) => minutesOf(word)))].sort((a, b) => a - b);
	for (const minute of minutes) {
		if (minute >= judged.until && minute < end) next = withMinute(next, stretchOf(own, minute, isAlike));
	}
	return { ...next, until: Math.max(judged.until, end) };
}

function withMinute(judged: JudgedCanary, minute: Stretch): JudgedCanary {
	const open = sum(judged.open, minute);
	const total = sum(judged, minute);
	if (!isStretch(open)) return { ...judged, ...total, open };
	const evidence = added(judged.evidence, evidenceOf(open));
	return { ...judged, ...total, open: NOTHING, evidence, excess: judged.excess + excessOf(open) };
}

const minutesOf = ({ minutes, live }: CanaryWord) => [...minutes.keys(), ...(live?.minutes.keys() ?? [])];

function stretchOf(said: readonly SaidCount[], minute: number, isAlike: boolean): Stretch {
	const of = (side: CanarySide) =>
		said
			.filter((one) => one.side === side)
			.flatMap(({ word: { minutes, live } }) => [minutes.get(minute), isAlike ? live?.minutes.get(minute) : undefined])
			.reduce<Tally>((tally, more) => plus(tally, more ?? NONE), NONE);
	return { canary: of('canary'), active: of('active') };
}

const plus = (one: Tally, other: Tally): Tally => ({
	trials: one.trials + other.trials,
	failures: one.failures + other.failures,
});

const sum = (one: Stretch, other: Stretch): Stretch => ({
	canary: plus(one.canary, other.canary),
	active: plus(one.active, other.active),
});
