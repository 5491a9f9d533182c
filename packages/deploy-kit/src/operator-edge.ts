import type { CommandListing } from './command.ts';
import type { ProgramInfo } from './commander-program.ts';
import { stopAtDefect } from './defect.ts';
import { printable } from './printable.ts';
import { runCli } from './run-cli.ts';

const SIGNAL_EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** npx passes on the Ctrl-C that the terminal has already sent to the whole process group; that is not a second one. */
const ECHO_MS = 500;

/** The edge of both command line tools: signals, terminal and exit code of this process. */
export async function runOperator(
	info: ProgramInfo,
	commands: readonly CommandListing[],
	env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
	const interruption = new AbortController();
	let interruptedBy: keyof typeof SIGNAL_EXIT_CODES | undefined;
	let interruptedAt = 0;
	for (const signal of ['SIGINT', 'SIGTERM'] as const) {
		process.on(signal, () => {
			// The second one does not wait for the clean-up of the first.
			if (interruptedBy !== undefined) {
				if (performance.now() - interruptedAt > ECHO_MS) process.exit(SIGNAL_EXIT_CODES[signal]);
				return;
			}
			interruptedBy = signal;
			interruptedAt = performance.now();
			interruption.abort();
		});
	}
	const { stdin, stdout, stderr } = process;
	let defect = false;
	stopAtDefect(
		info.name,
		(error) => {
			defect = true;
			interruption.abort(error);
		},
		(text) => stderr.write(`${printable(text)}\n`),
	);
	const exitCode = await runCli(info, commands, {
		argv: process.argv.slice(2),
		env,
		cwd: process.cwd(),
		stdin,
		stdout,
		stderr,
		signal: interruption.signal,
	});
	if (defect) process.exitCode = 1;
	else process.exitCode = interruptedBy !== undefined && exitCode !== 0 ? SIGNAL_EXIT_CODES[interruptedBy] : exitCode;
	// What the app file started when it was loaded, a timer or a connection, would keep this process alive.
	stdout.write('', () => process.exit());
}
