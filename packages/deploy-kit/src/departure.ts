/**
 * When the pages that are left on a version that is no longer active are moved to the active one: a bad version is recalled, an
 * old one is drained by a given time. Times are Unix milliseconds.
 */
export interface Departure {
	/** Until then its pages choose their moment; then they are moved. `null`: that was taken back. */
	readonly by: number | null;
	/** A bad version: a rollback does not choose it by itself, and it goes as soon as no page is left, at the latest then. */
	readonly recalled: boolean;
	/** Of two words about one version the later one counts. */
	readonly saidAt: number;
}

/** A departure that stands. */
export interface StandingDeparture extends Departure {
	readonly by: number;
}

export function standing(departure: Departure | undefined): StandingDeparture | undefined {
	return departure === undefined || departure.by === null ? undefined : (departure as StandingDeparture);
}

/**
 * After the time is over, before a version is ended with the tabs that are still on it: a tab says every 30 s that it is there and
 * hears by that when it is to go, and a page takes its time to load anew.
 */
export const LAST_CALL_MS = 45_000;

/** Seconds until then, as pages are told; 0 when it is over. */
export function secondsUntil(by: number, now: number): number {
	return Math.max(0, Math.ceil((by - now) / 1000));
}

/** The one that was said later; the first where both say the same. */
export function laterWord(one: Departure | undefined, other: Departure | undefined): Departure | undefined {
	if (one === undefined || other === undefined) return one ?? other;
	return other.saidAt > one.saidAt ? other : one;
}

/**
 * `recalled by 2026-11-28T02:14:00.000Z said 2026-11-28T02:04:00.000Z`; `stays said …` once it was taken back. Without
 * commas, which a tag on AWS may not have.
 */
export function departureText({ by, recalled, saidAt }: Departure): string {
	const what = by === null ? 'stays' : `${recalled ? 'recalled' : 'drained'} by ${new Date(by).toISOString()}`;
	return `${what} said ${new Date(saidAt).toISOString()}`;
}

/** `undefined` for anything but what {@link departureText} writes. */
export function parseDeparture(text: string | null | undefined): Departure | undefined {
	const [, what = '', by, said = ''] = /^(stays|(?:recalled|drained) by (\S+)) said (\S+)$/.exec(text ?? '') ?? [];
	const saidAt = Date.parse(said);
	const at = by === undefined ? null : Date.parse(by);
	if (what === '' || Number.isNaN(saidAt) || Number.isNaN(at ?? 0)) return undefined;
	return { by: at, recalled: what.startsWith('recalled'), saidAt };
}
