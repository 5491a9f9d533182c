import { type Ask, againMs } from './ask.ts';
import type { DrainWord, TaskUse } from './drain-word.ts';
import { taskWord } from './task-word.ts';

/** The account may write three parameters a second, of all its tasks: what holds one is not told more often than this. */
const RETELL_MS = 60_000;
/** Looks come a tenth early or late. */
const EARLY = 0.9;

/** What a task that does not drain is asked for, in a form that readers of before take for a word alone. */
const ASKED = 'healthy asked ';

export interface WordFacts {
	readonly word: DrainWord;
	readonly drains: boolean;
	/** Asked for where it is told. */
	readonly use: () => TaskUse;
	/** `null`: no operator looks. */
	readonly ask: Ask | null;
	readonly now: number;
}

/** What a task has said of itself, and when it is to say it anew. */
export class ToldWord {
	readonly #lookMs: number;
	readonly #random: () => number;
	#said: { readonly word: DrainWord; readonly value: string; readonly at: number } | null = null;
	/** When this task answers first, of all that are asked at once. */
	#turn: number | null = null;
	#hasAnswered = false;
	/** How long what it said stands where it is not asked any more: all tasks hear that at once, and share what may be written still. */
	#standsMs = RETELL_MS;

	/** @param lookMs between two looks, which are not at the same time in all tasks */
	constructor(lookMs: number, random: () => number) {
		this.#lookMs = lookMs;
		this.#random = random;
	}

	/** What is to be written now; `null`: nothing. */
	next(facts: WordFacts): string | null {
		const { word, now } = facts;
		const ask = this.#asked(facts);
		const value = wordText(facts, ask !== null);
		if (this.#said === null || word !== this.#said.word) return value;
		if (ask !== null && !this.#hasAnswered) return value;
		const age = now - this.#said.at;
		const changed = value !== this.#said.value;
		if (ask === null) return changed && age >= this.#standsMs ? value : null;
		return age >= EARLY * (changed ? ask.everyMs : againMs(ask)) ? value : null;
	}

	/** It was written. */
	told(value: string, { word, now }: WordFacts): void {
		this.#said = { word, value, at: now };
		this.#hasAnswered = this.#turn !== null && now >= this.#turn;
		if (!this.#hasAnswered) this.#standsMs = RETELL_MS;
	}

	/** `null` also until its turn: a hundred tasks read it within seconds of each other. */
	#asked({ ask, word, now }: WordFacts): Ask | null {
		if (ask === null || now >= ask.until || word === 'draining') {
			this.#turn = null;
			this.#hasAnswered = false;
			return null;
		}
		this.#turn ??= now + this.#random() * Math.max(0, ask.everyMs - this.#lookMs);
		if (now < this.#turn) return null;
		this.#standsMs = Math.max(RETELL_MS, ask.everyMs);
		return ask;
	}
}

function wordText({ word, drains, use }: WordFacts, isAsked: boolean): string {
	if (word === 'draining' || !(drains || isAsked)) return word;
	const seen = use();
	const value = taskWord(word, drains ? seen : { ...seen, renderSessions: seen.renderSessions - (seen.assumed ?? 0) });
	const counts = value.slice(word.length + 1);
	// Nothing is told too, where it is asked for.
	return isAsked && (counts === '' || !drains) ? `${ASKED}${counts || '{}'}` : value;
}

/**
 * A word with what it says of who is there, as `sumOfUse` reads it; `null` where it does not say. A task that says `draining` has
 * no visitor. What was asked for is so for a while alone; what holds one that drains is, until it says otherwise.
 */
export function wordOnUse(
	{ value, changedAt }: { readonly value: string; readonly changedAt: number },
	drains: boolean,
	freshSince: number,
): string | null {
	if (value.startsWith(ASKED)) return changedAt >= freshSince ? `healthy ${value.slice(ASKED.length)}` : null;
	if (!drains) return null;
	if (value === 'draining') return 'healthy {}';
	return value === 'healthy' ? null : value;
}

/** Whether a parameter holds what was asked for. */
export const isAskedFor = (value: string): boolean => value.startsWith(ASKED);
