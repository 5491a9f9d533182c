import type { CommandResult } from './command.ts';
import type { CommonFlags, ProgramInfo } from './commander-program.ts';
import { printable } from './printable.ts';
import { errorJson, errorText, exitCodeOf } from './report-error.ts';

/** Everything of the process that a command line tool touches, so that tests can own it. */
export interface CliEdge {
	/** Without node and script. */
	readonly argv: readonly string[];
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly cwd: string;
	readonly stdin: NodeJS.ReadStream;
	readonly stdout: NodeJS.WriteStream;
	readonly stderr: NodeJS.WriteStream;
	readonly signal: AbortSignal;
}

export function printResult(result: CommandResult, edge: CliEdge, json: boolean): void {
	if (json && result.json !== undefined) edge.stdout.write(`${sortedJson(result.json)}\n`);
	else if (result.text !== undefined) edge.stdout.write(`${printable(result.text)}\n`);
}

/** Prints the error; returns the exit code. */
export function fail(
	error: unknown,
	info: ProgramInfo,
	edge: CliEdge,
	{ json, verbose }: Pick<CommonFlags, 'json' | 'verbose'>,
): number {
	if (json) edge.stdout.write(`${sortedJson(errorJson(error))}\n`);
	edge.stderr.write(`${errorText(error, verbose, info.errorMark)}\n`);
	return exitCodeOf(error, info.usageExitCode);
}

/** Indented by two, keys sorted: what scripts have seen. */
function sortedJson(value: unknown): string {
	return JSON.stringify(
		value,
		(_key, part) =>
			part !== null && typeof part === 'object' && !Array.isArray(part)
				? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
				: part,
		2,
	);
}
