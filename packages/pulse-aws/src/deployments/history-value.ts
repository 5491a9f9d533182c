import { bounded, boundedProvenance } from 'pulse-deploy-kit/history/provenance';
import { parameterJson } from './parameter-json.ts';

/**
 * One write of the history, a version of one of its parameters: `{"w":"<random>","e":[…]}`. The SDK repeats a write whose answer
 * was lost: versions with the same `w` are one. When it was is the version's own time.
 */
export interface HistoryEvent {
	readonly event:
		| 'activated'
		| 'restored'
		| 'recalled'
		| 'drains'
		| 'stays'
		| 'retired'
		| 'deleted'
		| 'preview'
		/** A canary began, got more new visitors, was ended by the brake, or otherwise. */
		| 'canary'
		| 'widened'
		| 'halted'
		| 'ended';
	readonly id: string;
	/** Who was active before. */
	readonly from?: string | null;
	/** Unix ms: by then the pages that are left move, or a preview is ended. */
	readonly until?: number;
	/** Of new visitors. */
	readonly percent?: number;
	/** The rule, where a rule decided. */
	readonly because?: string;
	/** Sessions that were on it when its tasks were ended. */
	readonly touched?: number;
	readonly image?: string | null;
	readonly commit?: string | null;
	readonly message?: string | null;
	/** The deployment whose version it was made of anew. */
	readonly of?: string;
}

/** Who is told of what happened while a lock is held. */
export type TellHistory = (event: HistoryEvent) => void;

/** Of a standard parameter. */
const MOST_BYTES = 4_096;
/** Characters, as those of its other texts, so that one event fits whatever it holds: escaped, each takes six bytes at most. */
const LONGEST_BY = 120;

/** As few values as they fit in. @param w a new one for each */
export function historyTexts(events: readonly HistoryEvent[], by: string, w: () => string): string[] {
	const texts: string[] = [];
	let fits: object[] = [];
	for (const event of events) {
		const one = entryOf(event, by);
		if (fits.length > 0 && Buffer.byteLength(textOf(w(), [...fits, one])) > MOST_BYTES) {
			texts.push(textOf(w(), fits));
			fits = [];
		}
		fits.push(one);
	}
	if (fits.length > 0) texts.push(textOf(w(), fits));
	return texts;
}

function entryOf({ image, commit, message, ...event }: HistoryEvent, by: string): object {
	const made = boundedProvenance({ image, commit, message });
	return { ...event, by: bounded(by, LONGEST_BY), ...made };
}

/** JSON of this depth has no two braces beside each other. */
const textOf = (w: string, e: readonly object[]) => parameterJson({ w, e });
