import { type CliEdge, fail, printResult } from './cli-edge.ts';
import type { CommandListing } from './command.ts';
import type { Parsed, ProgramInfo } from './commander-program.ts';
import { hearOutput } from './output.ts';
import { parseCli } from './parse-cli.ts';
import { printable } from './printable.ts';
import { failureOf } from './report-error.ts';

/** Parses, runs, prints; returns the exit code. The one wrapper around every command of both tools. */
export async function runCli(info: ProgramInfo, commands: readonly CommandListing[], edge: CliEdge): Promise<number> {
	const output = hearOutput(edge.stdout, edge.stderr);
	// What fails before the command runs, e.g. a part of the tool that cannot be loaded, is told as what fails in it.
	const exitCode = await runNamed(info, commands, edge, output.readerGone).catch((error: unknown) =>
		fail(error, info, edge, { json: edge.argv.includes('--json'), verbose: edge.argv.includes('--verbose') }),
	);
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
	const parsed = await parseCli(info, commands, edge);
	return typeof parsed === 'number' ? parsed : runParsed(parsed, info, edge, readerGone);
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
