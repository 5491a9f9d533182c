import { printable } from '../printable.ts';

/** A line as a platform has kept it. */
export interface LogLine {
	/** Unix milliseconds. */
	readonly at: number;
	readonly text: string;
	/** Tells lines apart that say the same at the same time, where the platform has a name for each. */
	readonly id?: string;
}

/** A line of an app is a stranger's word: what moves the cursor or rewrites a title does not reach the terminal. */
export function renderLogLine({ at, text }: LogLine): string {
	return `${new Date(at).toISOString()}  ${printable(text.trimEnd())}`;
}
