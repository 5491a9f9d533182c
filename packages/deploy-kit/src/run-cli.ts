import { type Command, CommanderError } from 'commander';
import type { CommandListing, CommandResult } from './command.ts';
import { type CommonFlags, commanderProgram, loadNamed, type Parsed, type ProgramInfo } from './commander-program.ts';
import { usageError } from './errors.ts';
import { hearOutput } from './output.ts';
import { printable } from './printable.ts';
import { errorJson, errorText, exitCodeOf, failureOf } from './report-error.ts';

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

/** Parses, runs, prints; returns the exit code. The one wrapper around every command of both tools. */
export async function runCli(info: ProgramInfo, commands: readonly CommandListing[], edge: CliEdge): Promise<number> {
	const output = hearOutput(edge.stdout, edge.stderr);
	const exitCode = await runNamed(info, commands, edge, output.readerGone);
	// Streams tell of a failed write only after the code that wrote.
	await new Promise((resolve) => setImmediate(resolve));
	const loss = output.loss();
	if (loss === null || exitCode !== 0) return exitCode;
	return fail(loss, info, edge, { json: false, verbose: false });
}

async function runNamed(
	info: ProgramInfo,
	commands: readonly CommandListing[],
	edge: CliEdge,
	readerGone: AbortSignal,
): Promise<number> {
	if (edge.argv[0] === 'complete') {
		const { answerCompletion } = await import('./completion.ts');
		if (await answerCompletion(info, commands, edge)) return 0;
	}
	const wantsJson = edge.argv.includes('--json');
	let parsed: Parsed | undefined;
	const program = commanderProgram(info, commands, await loadNamed(commands, edge.argv), (found) => {
		parsed = found;
	});
	let errorOutput = '';
	for (const command of withDescendants(program)) {
		command.configureOutput({
			writeOut: (text) => void edge.stdout.write(text),
			// Commander's messages are printed below, in the form of every other error; its help as it is.
			writeErr: (text) => {
				errorOutput += text;
			},
			getOutHelpWidth: () => edge.stdout.columns ?? 100,
		});
	}
	try {
		program.parse(edge.argv.length === 0 ? ['--help'] : [...edge.argv], { from: 'user' });
	} catch (error) {
		if (!(error instanceof CommanderError)) throw error;
		if (error.exitCode === 0) return 0;
		if (error.code === 'commander.help') {
			edge.stderr.write(errorOutput);
			return info.usageExitCode ?? 2;
		}
		const help = [info.name, ...commandWords(program, edge.argv), '--help'].join(' ');
		const unread = usageError(error.message.replace(/^error: /, ''), `Run ${help}`);
		return fail(unread, info, edge, { json: wantsJson, verbose: false });
	}
	return parsed === undefined ? 0 : runParsed(parsed, info, edge, readerGone);
}

async function runParsed(
	{ spec, flags, args, common }: Parsed,
	info: ProgramInfo,
	edge: CliEdge,
	readerGone: AbortSignal,
): Promise<number> {
	// What only shows something, e.g. `logs --follow | head`, ends with its reader; what changes something goes on.
	const unread = new AbortController();
	const signal = spec.changes ? edge.signal : AbortSignal.any([edge.signal, unread.signal]);
	const isUnread = () => unread.signal.aborted && !edge.signal.aborted;
	const { isInteractive, terminalHost } = await import('./terminal-host.ts');
	const host = await terminalHost({
		input: edge.stdin,
		output: edge.stderr,
		interactive: isInteractive(edge.stdin, edge.stderr, edge.env),
		verbosity: common.quiet ? 'quiet' : common.verbose ? 'verbose' : 'normal',
		assumeYes: common.yes,
		...(info.format === undefined ? {} : { format: info.format(edge.env) }),
		signal,
	});
	const json = common.json || (spec.jsonWhenPiped === true && edge.stdout.isTTY !== true);
	try {
		const result = await spec.run({
			flags,
			args,
			env: edge.env,
			cwd: edge.cwd,
			host,
			signal,
			dryRun: common.dryRun,
			showSecrets: common.showSecrets,
			print(text) {
				if (readerGone.aborted) unread.abort();
				else edge.stdout.write(`${text}\n`);
			},
			terminal: edge.stdout.isTTY === true && !json,
			json,
		});
		host.close();
		if (isUnread()) return 0;
		printResult(result, edge, json);
		// Without a terminal a person may read all the same, e.g. in a log or through `tee`.
		if (json && !common.json && !common.quiet && result.text !== undefined)
			edge.stderr.write(`${printable(result.text)}\n`);
		return result.exitCode ?? 0;
	} catch (error) {
		host.close();
		if (isUnread()) return 0;
		const exitCode = fail(failureOf(error, edge.signal), info, edge, common);
		return host.interrupted() ? 130 : exitCode;
	}
}

function printResult(result: CommandResult, edge: CliEdge, json: boolean): void {
	if (json && result.json !== undefined) edge.stdout.write(`${sortedJson(result.json)}\n`);
	else if (result.text !== undefined) edge.stdout.write(`${printable(result.text)}\n`);
}

function fail(
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

/** The words that name a command, as far as they do. */
function commandWords(program: Command, argv: readonly string[]): string[] {
	const [word = '', ...rest] = argv;
	const command = program.commands.find((candidate) => candidate.name() === word);
	return command === undefined ? [] : [word, ...commandWords(command, rest)];
}

function withDescendants(command: Command): Command[] {
	return [command, ...command.commands.flatMap(withDescendants)];
}
