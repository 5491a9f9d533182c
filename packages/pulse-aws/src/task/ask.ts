import { isPositive, objectIn } from 'pulse-deploy-kit/json-object';

/** A dashboard, or `status --watch`, that is to be told how many people are on each version, although it does not drain. */
export interface Ask {
	/** Unix ms. */
	readonly until: number;
	/** How often each task may write. */
	readonly everyMs: number;
}

/** As Parameter Store has it. */
interface Written {
	readonly Value?: string | undefined;
	readonly LastModifiedDate?: Date | undefined;
}

/** The account may write three parameters a second, of all its tasks and tools: all that answer together take one of them. */
const WRITES_PER_SECOND = 1;
const EVERY_SECONDS = { least: 5, most: 600 };
/** So long it is asked; a page that stays open asks again. */
const ASKED_SECONDS = 180;
/** A task takes no longer time than this, whatever the parameter says. */
const MOST_ASKED_SECONDS = 600;
/** With less than this left it is asked anew. */
const RENEWED_MS = 120_000;
/** What has not changed is written again this often, so that it is known to be so still. */
const AGAIN_MS = 60_000;

/** @param tasks of all versions, which share what may be written */
export function askText(tasks: number): string {
	return JSON.stringify({ for: ASKED_SECONDS, every: everySeconds(tasks) });
}

/**
 * Counted from when it was written, by the clock of AWS: those of the operator's machine and of tasks differ. `null` for anything that makes
 * no sense.
 */
export function readAsk(parameter: Written | undefined): Ask | null {
	const { for: seconds, every } = objectIn(parameter?.Value);
	const at = parameter?.LastModifiedDate?.getTime();
	if (at === undefined || !isPositive(seconds) || !isPositive(every)) return null;
	return { until: at + Math.min(seconds, MOST_ASKED_SECONDS) * 1000, everyMs: within(every) * 1000 };
}

/** Whether it is to be written: it ends soon, or there are so many more tasks now that they would write too much. */
export function needsAsk(standing: Ask | null, tasks: number, now: number): boolean {
	return standing === null || standing.until - now < RENEWED_MS || standing.everyMs < (everySeconds(tasks) * 1000) / 2;
}

/** How long a task that is asked leaves what it said as it is. */
export function againMs({ everyMs }: Ask): number {
	return Math.max(AGAIN_MS, everyMs);
}

/** So long what all tasks said may be kept: a sixth of them has said something else by then, at most. */
export function toldAnewMs(ask: Ask | null): number {
	return ask === null ? 0 : ask.everyMs / 6;
}

/** What a task said longer ago than this is not known to be so still: it missed two turns. */
export function freshMs(ask: Ask | null): number {
	return 2 * (ask === null ? AGAIN_MS : againMs(ask)) + 30_000;
}

function everySeconds(tasks: number): number {
	return within(Math.ceil(tasks / WRITES_PER_SECOND));
}

function within(seconds: number): number {
	return Math.min(Math.max(seconds, EVERY_SECONDS.least), EVERY_SECONDS.most);
}
