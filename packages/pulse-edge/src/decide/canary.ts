/**
 * Which visitors get a canary: a version beside the active one, for a share of those who open a page while it runs.
 *
 * A visitor gets a number from 0 to 9,999 with the first page, and keeps it in a cookie; below the share it is the canary's.
 * So every router decides alike and remembers no visitor, a larger share takes more visitors and gives none back, and a
 * reload or another tab gets what the tab before got. A visit keeps the share that it began with, so that a widened canary
 * moves no visitor from one page to the next; it ends half an hour after its last new page.
 */
export interface CanaryTraffic {
	readonly id: string;
	/** Names the rollout: what a visitor was told in another one counts for nothing. Unix milliseconds. */
	readonly beganAt: number;
	/** Of new visitors, in hundredths of a percent. */
	readonly share: number;
}

export interface Visitor {
	/** 0 to 9,999. */
	readonly number: number;
	/** With which the visit began. */
	readonly share: number;
	/** Of the last new page, since the epoch. */
	readonly minute: number;
}

const NUMBERS = 10_000;
const VISIT_MINUTES = 30;

export function isOnCanary({ number, share }: Visitor): boolean {
	return number < share;
}

/** Of a visitor who is not known yet. `seed`: who that may be, as far as a request says; alike within some seconds. */
export function newVisitor(canary: CanaryTraffic, seed: string, now: number): Visitor {
	return { number: hash(`${canary.beganAt} ${seed}`) % NUMBERS, share: canary.share, minute: minuteOf(now) };
}

/** As of this new page. */
export function again(visitor: Visitor, canary: CanaryTraffic, now: number): Visitor {
	const minute = minuteOf(now);
	const visits = minute - visitor.minute <= VISIT_MINUTES;
	return { number: visitor.number, share: visits ? visitor.share : canary.share, minute };
}

/** As a cookie's value; `null` for what is none of this rollout. What a client made up gives no more than a visitor gets. */
export function readVisitor(canary: CanaryTraffic, text: string, now: number): Visitor | null {
	const [, rollout, number, share, minute] = TEXT.exec(text) ?? [];
	if (rollout !== canary.beganAt.toString(36)) return null;
	const said = Number.parseInt(minute!, 36);
	return {
		number: Number(number) % NUMBERS,
		share: Math.min(Number(share), canary.share),
		// A router's clock may be ahead, a client's word may be anything.
		minute: Math.min(said, minuteOf(now)),
	};
}

export function visitorText(canary: CanaryTraffic, { number, share, minute }: Visitor): string {
	return `${canary.beganAt.toString(36)}.${number}.${share}.${minute.toString(36)}`;
}

const TEXT = /^([0-9a-z]{1,12})\.(\d{1,4})\.(\d{1,5})\.([0-9a-z]{1,8})$/;

function minuteOf(now: number): number {
	return Math.floor(now / 60_000);
}

/** FNV-1a, then mixed (MurmurHash3's finaliser), so that seeds which differ in one character differ in all bits. */
function hash(text: string): number {
	let mixed = 0x811c9dc5;
	for (let at = 0; at < text.length; at++) mixed = Math.imul(mixed ^ text.charCodeAt(at), 0x01000193);
	mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
	mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
	return (mixed ^ (mixed >>> 16)) >>> 0;
}
