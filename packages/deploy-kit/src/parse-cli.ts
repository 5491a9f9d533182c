import { type Command, CommanderError } from 'commander';
import { type CliEdge, fail } from './cli-edge.ts';
import type { CommandListing } from './command.ts';
import { commanderProgram, loadNamed, type Parsed, type ProgramInfo } from './commander-program.ts';
import { usageError } from './errors.ts';

/** The command and its flags; or the exit code, where help was asked for or the arguments are not understood. */
export async function parseCli(
	info: ProgramInfo,
	commands: readonly CommandListing[],
	edge: CliEdge,
): Promise<Parsed | number> {
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
	return parsed ?? 0;
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
