import type { CommandResult, Invocation } from '../command.ts';
import { type LogLine, renderLogLine } from './log-line.ts';

/** A log as `--json` has it. */
export interface LogReport {
	/** Oldest first; empty where they were printed as they came. */
	readonly lines: readonly { readonly at: string; readonly message: string }[];
}

export function logReport(lines: readonly LogLine[]): LogReport {
	return { lines: lines.map(({ at, text }) => ({ at: new Date(at).toISOString(), message: text })) };
}

/** Prints lines as they come; with `--json` each is a document of one line. */
export function printLines({ json, print }: Pick<Invocation, 'json' | 'print'>): (lines: readonly LogLine[]) => void {
	return (lines) => {
		for (const line of lines) print(json ? JSON.stringify(logReport([line]).lines[0]) : renderLogLine(line));
	};
}

/** How `logs` ends: with the log, or with nothing more where it was followed. */
export function logResult({ flags, signal }: Pick<Invocation, 'flags' | 'signal'>, report: LogReport): CommandResult {
	// Following ends with the deployment, or with Ctrl-C, which a script must be able to tell from that.
	if (flags.follow === true) return { json: undefined, exitCode: signal.aborted ? 130 : 0 };
	const text = report.lines.map(({ at, message }) => renderLogLine({ at: Date.parse(at), text: message })).join('\n');
	return { json: report, ...(text === '' ? {} : { text }) };
}
