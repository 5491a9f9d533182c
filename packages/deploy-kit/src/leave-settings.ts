import type { Departure } from './departure.ts';
import { usageError } from './errors.ts';
import { type Moment, moment, momentText, spanText } from './moment.ts';
import { duration, flag } from './setting-kinds.ts';
import type { SettingTable } from './settings.ts';

const cancel = { flag: '--cancel', describe: 'take it back: whoever is on it stays', default: false, parse: flag };

const USUAL_RECALL_SECONDS = 600;

/** What each tool is told of a recall, beside the deployment. */
export const recallSettings = {
	within: {
		flag: '--within <time>',
		describe: 'when pages that could not move without harm move all the same',
		defaultText: spanText(USUAL_RECALL_SECONDS),
		parse: duration,
	},
	now: { flag: '--now', describe: 'end it at once, with whoever is on it', default: false, parse: flag },
	cancel,
} satisfies SettingTable;

/** What each tool is told of a drain, beside the deployment. */
export const drainBySettings = {
	by: {
		flag: '--by <time>',
		describe: 'when whoever is left is moved: 18:00, 2026-11-28T18:00Z, 2h; without a zone, in that of this machine',
		parse: moment,
	},
	cancel,
} satisfies SettingTable;

export type LeaveWhen =
	| { readonly withinSeconds: number; readonly isUsual: boolean }
	| { readonly by: Moment }
	/** With the people that are on it. */
	| 'now'
	/** It is not to be left any more. */
	| 'back';

/** @throws usage error for flags that exclude each other */
export function recallWhen(typed: {
	readonly within?: number | undefined;
	readonly now: boolean;
	readonly cancel: boolean;
}): LeaveWhen {
	const { within, now, cancel } = typed;
	onlyOne({ '--within': within !== undefined, '--now': now, '--cancel': cancel });
	if (now || cancel) return now ? 'now' : 'back';
	return { withinSeconds: within ?? USUAL_RECALL_SECONDS, isUsual: within === undefined };
}

/** @throws usage error without a time, or with flags that exclude each other */
export function drainWhen({ by, cancel }: { readonly by?: Moment | undefined; readonly cancel: boolean }): LeaveWhen {
	onlyOne({ '--by': by !== undefined, '--cancel': cancel });
	if (cancel) return 'back';
	if (by === undefined) throw usageError('it is not said by when', 'Give a time: --by 18:00, or --by 2h.');
	return { by };
}

function onlyOne(given: Readonly<Record<string, boolean>>): void {
	const names = Object.keys(given).filter((name) => given[name]);
	if (names.length > 1) throw usageError(`${names.join(' and ')} exclude each other`);
}

/** Unix milliseconds, or counted from when it is said. */
export type LeaveTime = { readonly at: number } | { readonly withinSeconds: number };

/** As planners take it. */
export interface LeaveTerms {
	readonly time: LeaveTime | 'now' | 'back';
	/** The time is the default: a deployment that was recalled already keeps its own. */
	readonly isUsual: boolean;
	/** `by 18:00 (Europe/Paris)`, `within 10m`. */
	readonly timeText: string;
	/** As to be typed again, e.g. `--by 2026-11-28T17:00:00.000Z`; `''` for the usual time. */
	readonly flag: string;
}

/** To be asked once: `2h` counts from when it was typed, however long a question stays open. */
export function leaveTerms(when: LeaveWhen, now: number): LeaveTerms {
	const said = { isUsual: false, timeText: '' };
	if (when === 'now' || when === 'back') return { ...said, time: when, flag: when === 'now' ? '--now' : '--cancel' };
	if ('by' in when) {
		const at = when.by.at(now);
		return { ...said, time: { at }, timeText: `by ${momentText(at, now)}`, flag: `--by ${new Date(at).toISOString()}` };
	}
	const { withinSeconds, isUsual } = when;
	const span = spanText(withinSeconds);
	return { time: { withinSeconds }, isUsual, timeText: `within ${span}`, flag: isUsual ? '' : `--within ${span}` };
}

/**
 * What is written of a deployment that is to be left.
 * @param time `null`: what was said is taken back
 * @param said when that is said, and what time it is, Unix milliseconds, by `clock`: a question stayed open, or the clock of
 * this machine is behind, and then pages would be moved at once
 * @throws usage error for a time that is past
 */
export function departureAt(
	time: LeaveTime | null,
	recalled: boolean,
	said: { readonly at: number; readonly now: number; readonly clock: string },
): Departure {
	const { at, now, clock } = said;
	if (time === null) return { by: null, recalled: false, saidAt: at };
	if (!('at' in time)) return { by: at + time.withinSeconds * 1000, recalled, saidAt: at };
	if (time.at <= now) {
		throw usageError(
			`${new Date(time.at).toISOString()} is past: it is ${new Date(now).toISOString()} by ${clock}`,
			'Give a time that is to come, e.g. --by 2h.',
		);
	}
	return { by: time.at, recalled, saidAt: at };
}
