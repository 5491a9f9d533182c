import { noteReload, pauseBeforeReload } from './reload-bounds.ts';
import { isSeen, sinceUse, unsaved } from './unsaved.ts';

/** A user who did nothing for so long will not be interrupted. */
const IDLE_MS = 5_000;
const LOOK_MS = 1_000;
/** A page that is still there so long after it went was kept, e.g. by a question of its own. */
const AGAIN_MS = 60_000;

/** Who asks for a reload, and until when it may wait at most, in Unix milliseconds. */
const asked = new Map<string, number>();
let isLooking = false;
let allowedAt = 0;

/** What would be lost, or who is in the way; empty for nothing. */
export const inTheWay = (): string => unsaved() || (isSeen() && sinceUse() < IDLE_MS ? 'in use' : '');

let whyNot = (isDue: boolean): string => (isDue ? '' : inTheWay());

/** `rule`: empty when the page may go. It goes then, unless it pauses. */
export function goBy(rule: (isDue: boolean) => string): void {
	whyNot = rule;
}

export const isAsked = (): boolean => asked.size > 0;
/** The first one ends the waiting; `Infinity` for none. */
export const deadline = (): number => Math.min(...asked.values());

/**
 * The page is to be loaded anew once that loses no work, or at the deadline: of one asker the last that it named. Returns the
 * milliseconds that it waits in any case since it was loaded anew often.
 */
export function ask(reason: string, until = Infinity): number {
	const pause = isAsked() ? 0 : pauseBeforeReload();
	if (pause) allowedAt = Date.now() + pause;
	asked.set(reason, until);
	look();
	return pause;
}

export function withdraw(reason: string): void {
	asked.delete(reason);
}

/**
 * Again every second: a tab that was frozen, or that one has gone back to, looks as soon as it goes on. `atOnce`: without a
 * pause.
 */
export function look(atOnce = false): void {
	if (!isAsked()) return;
	if (!isLooking) setInterval(look, LOOK_MS);
	isLooking = true;
	const now = Date.now();
	if ((now < allowedAt && !atOnce) || whyNot(now >= deadline())) return;
	allowedAt = now + AGAIN_MS;
	// By a request of its own: what was posted is not posted again. The second time past every cache.
	if (noteReload() || location.hash) location.reload();
	else location.replace(location.href);
}
