import type { CliEdge } from './cli-edge.ts';
import type { CommandListing, CommandSpec } from './command.ts';
import { commanderProgram, loadNamed, type ProgramInfo } from './commander-program.ts';
import { usageError } from './errors.ts';

/** As users name them, and as the library does. */
const SHELLS: Readonly<Record<string, string>> = { bash: 'bash', zsh: 'zsh', fish: 'fish', pwsh: 'powershell' };

/** Prints the script that makes a shell complete the commands and flags of a tool. */
export function completionCommand(tool: string): CommandListing {
	return {
		name: 'completion',
		summary: 'Print a script that completes commands and flags in your shell',
		arguments: [{ syntax: '<shell>', describe: `one of ${Object.keys(SHELLS).join(', ')}` }],
		load: async () => completion(tool),
	};
}

function completion(tool: string): CommandSpec {
	return {
		description: 'bash needs the package bash-completion for it.',
		settings: {},
		examples: [
			`source <(${tool} completion bash)`,
			`${tool} completion zsh > "\${fpath[1]}/_${tool}"`,
			`${tool} completion fish > ~/.config/fish/completions/${tool}.fish`,
			`${tool} completion pwsh | Out-String | Invoke-Expression`,
		],
		changes: false,
		async run({ args: [shell = ''] }) {
			const named = SHELLS[shell];
			if (named === undefined)
				throw usageError(`the shell must be one of ${Object.keys(SHELLS).join(', ')}, got '${shell}'`);
			const { script } = await import('@bomb.sh/tab');
			const printed = captured(() => script(named, tool, tool));
			// The scripts of both tools name their constants alike, and a shell may read a script twice.
			const text = printed.replaceAll(/^readonly /gm, '');
			return { json: { shell, script: text }, text };
		},
	};
}

/** What that script asks of the tool at each press of the key: `complete -- <words>`. `false`: it was no such question. */
export async function answerCompletion(
	info: ProgramInfo,
	commands: readonly CommandListing[],
	edge: Pick<CliEdge, 'argv' | 'stdout'>,
): Promise<boolean> {
	const [word, dashes, ...words] = edge.argv;
	if (word !== 'complete' || dashes !== '--') return false;
	const { default: tab } = await import('@bomb.sh/tab/commander');
	const named = await loadNamed(commands, words);
	// A proposal is a line, with the summary behind it.
	const brief = named === null ? null : { ...named, spec: { ...named.spec, description: '' } };
	const program = commanderProgram(info, commands, brief, () => {});
	const proposals = captured(() => tab(program, { completionCommandName: 'completion-script' }).parse(words));
	edge.stdout.write(`${proposals}\n`);
	return true;
}

/** The library prints by `console.log` alone. */
function captured(work: () => void): string {
	const lines: string[] = [];
	const { log } = console;
	console.log = (line: string) => void lines.push(line);
	try {
		work();
	} finally {
		console.log = log;
	}
	return lines.join('\n');
}
