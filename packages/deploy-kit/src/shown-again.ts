import type { CommandResult, Invocation } from './command.ts';
import { printable } from './printable.ts';

const CLEAR = '\u001b[2J\u001b[H';

/** Prints one round of `status --watch`: in place of the last one on a terminal, and as one line each with `--json`. */
export function showAgain({ print, json, terminal }: Invocation, report: object, text: string): void {
	print(json ? JSON.stringify(report) : `${terminal ? CLEAR : ''}${printable(text)}`);
}

/** Watching has no other end than Ctrl-C, which a script must be able to tell from a result. */
export const WATCHED: CommandResult = { json: undefined, exitCode: 130 };
