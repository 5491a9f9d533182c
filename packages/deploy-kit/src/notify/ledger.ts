import { NOBODY } from './nobody.ts';
import type { Notice, Tidings } from './notice.ts';

/**
 * Which notices were sent. What happened stands in the history, written in the same step as what it tells of; this is kept
 * beside it and says how far the senders have come. So nothing is lost with a process that dies, nor with an older router,
 * which writes a history and knows no notices.
 *
 * Invariants:
 * 1. A notice is claimed, in one atomic step, before it is sent: of two senders one has it, for a minute at least.
 * 2. What is claimed and not settled is due again later, so that a sender may die at any point.
 * 3. What was settled, or given up, is never due again.
 * 4. Of two senders that were told different things, the one that started later sends, and the other one nothing.
 */
export interface Ledger {
	/** Up to when the history was taken in, Unix milliseconds. */
	readonly through: number;
	/** Keys of what was taken in and happened later than {@link SLACK_MS} before that. */
	readonly taken: readonly string[];
	/** Keys of what was taken in and is still so. */
	readonly standing: readonly string[];
	/** Who was told last whom to tell. */
	readonly sender: NoticeSender;
	/** Not settled yet, in the order in which it was taken in. */
	readonly waiting: readonly Waiting[];
}

/** A process that sends: while one replaces another, both run for a while. */
export interface NoticeSender {
	/** Whom it was told to tell, by fingerprint. */
	readonly tells: string;
	/** Unix milliseconds. */
	readonly startedAt: number;
}

export interface Waiting {
	readonly key: string;
	/** How often it was sent, or is being sent. */
	readonly attempts: number;
	/** Unix milliseconds. */
	readonly nextAt: number;
}

/** How much later than it says something may show in the history: clocks of the machines that write it differ. */
export const SLACK_MS = 10 * 60_000;
/** What happened before anybody was to be told, and is still told of. */
const FIRST_LOOK_BACK_MS = 60 * 60_000;
/** A receiver that is away for a weekend gets it all the same. */
const GIVE_UP_MS = 3 * 86_400_000;
/** The oldest go first. */
const MAX_WAITING = 60;
const FIRST_BACKOFF_MS = 60_000;
const LONGEST_BACKOFF_MS = 60 * 60_000;
/** Six within the first hour, then one an hour. */
const MOST_ATTEMPTS = 6 + GIVE_UP_MS / LONGEST_BACKOFF_MS;

export interface Claim {
	/** The same one where nothing changed. */
	readonly ledger: Ledger;
	/** To send now; `null`: none is due. */
	readonly due: { readonly notice: Notice; readonly attempt: number } | null;
	/** Given up. */
	readonly dropped: readonly string[];
}

/**
 * Takes in what happened, and claims what is due, the oldest first.
 * @param ledger `null`: no notices were asked for before
 */
export function claimNext(ledger: Ledger | null, tidings: Tidings, sender: NoticeSender, now: number): Claim {
	const mine = sentBy(ledger ?? begun(sender, now), sender);
	if (mine === null) return { ledger: ledger ?? begun(sender, now), due: null, dropped: [] };
	const current = takeIn(mine, tidings, now);
	const byKey = new Map([...tidings.past, ...(tidings.standing ?? [])].map((notice) => [notice.key, notice]));
	const untold = new Set(tidings.standing === null ? current.standing : []);
	const stands = new Set(tidings.standing?.map(({ key }) => key));
	const isOver = ({ key, attempts }: Waiting) => {
		// What still is so may have begun long before anybody was to be told.
		if (stands.has(key)) return attempts >= MOST_ATTEMPTS;
		return !untold.has(key) && now - (byKey.get(key)?.at ?? 0) > GIVE_UP_MS;
	};
	const kept = current.waiting.filter((one) => !isOver(one)).slice(-MAX_WAITING);
	const dropped = current.waiting.filter((one) => !kept.includes(one)).map(({ key }) => key);
	const next = kept.find(({ key, nextAt }) => nextAt <= now && byKey.has(key));
	const notice = next && byKey.get(next.key);
	if (next === undefined || notice === undefined) {
		return { ledger: dropped.length === 0 ? current : { ...current, waiting: kept }, due: null, dropped };
	}
	const attempt = next.attempts + 1;
	const claimed = { key: next.key, attempts: attempt, nextAt: now + backoffMs(attempt) };
	const waiting = kept.map((one) => (one === next ? claimed : one));
	return { ledger: { ...current, waiting }, due: { notice, attempt }, dropped };
}

/** It was delivered, or will never be. Any number of times. */
export function settle(ledger: Ledger, key: string): Ledger {
	const waiting = ledger.waiting.filter((one) => one.key !== key);
	return waiting.length === ledger.waiting.length ? ledger : { ...ledger, waiting };
}

/** No receiver is set: what waits is dropped, and what happens until a receiver is set again is never sent. */
export function tellNobody(ledger: Ledger, tidings: Tidings, startedAt: number, now: number): Ledger {
	const mine = sentBy(ledger, { tells: NOBODY, startedAt });
	if (mine === null) return ledger;
	const current = takeIn(mine, tidings, now);
	return current.waiting.length === 0 ? current : { ...current, waiting: [] };
}

/** After the n-th attempt, which may also have died. */
export function backoffMs(attempt: number): number {
	return Math.min(FIRST_BACKOFF_MS * 2 ** (attempt - 1), LONGEST_BACKOFF_MS);
}

function begun(sender: NoticeSender, now: number): Ledger {
	return { through: now - FIRST_LOOK_BACK_MS, taken: [], standing: [], sender, waiting: [] };
}

/** `null`: a process that started later was told otherwise. */
function sentBy(ledger: Ledger, sender: NoticeSender): Ledger | null {
	if (sender.tells === ledger.sender.tells) return ledger;
	return sender.startedAt > ledger.sender.startedAt ? { ...ledger, sender } : null;
}

function takeIn(ledger: Ledger, { past, standing }: Tidings, now: number): Ledger {
	const known = new Set([...ledger.taken, ...ledger.standing]);
	const unknown = ({ key }: Notice) => !known.has(key);
	const happened = past.filter(({ at }) => at > ledger.through - SLACK_MS).filter(unknown);
	const stands = (standing ?? []).filter(unknown);
	const fresh = [...happened.sort((a, b) => a.at - b.at), ...stands];
	const still = standing === null ? ledger.standing : standing.map(({ key }) => key);
	if (fresh.length === 0 && still.length === ledger.standing.length) return ledger;
	// A clock that is ahead must not hide what others write until then.
	const newest = Math.min(now, happened.at(-1)?.at ?? 0);
	const through = Math.max(ledger.through, newest);
	return {
		...ledger,
		through,
		taken: past.filter(({ at }) => at > through - SLACK_MS).map(({ key }) => key),
		standing: still,
		waiting: [...ledger.waiting, ...fresh.map(({ key }): Waiting => ({ key, attempts: 0, nextAt: now }))],
	};
}
