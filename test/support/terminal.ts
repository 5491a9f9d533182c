import { type ChildProcess, spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';

/** What is typed is echoed, so the prompt is not in it as it is shown. */
const PROMPT = /\r?\nended with (\d+)> $/;
const SETS_PROMPT = `stty cols 200; PS1='\\nended with $?''> '`;

/**
 * A person at a terminal: `script` gives a shell a real one, so that commands ask what they ask there. Every question is
 * answered yes.
 */
export class Terminal {
	readonly #shell: ChildProcess;
	#shown = '';

	constructor({ cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> }) {
		const shell = ['-qec', 'bash --norc --noprofile --noediting', '/dev/null'];
		this.#shell = spawn('script', shell, { cwd, env: { ...env, TERM: 'xterm' }, stdio: ['pipe', 'pipe', 'inherit'] });
		this.#shell.stdout!.setEncoding('utf8').on('data', (text: string) => {
			this.#shown += text;
			// The last question is the one that waits.
			if (/[●○] Yes \/ [●○] No\s*└?\s*$/.test(stripVTControlCharacters(this.#shown))) {
				this.#shown += 'y\n';
				this.#shell.stdin!.write('y');
			}
		});
	}

	/** What a line shows, once it is done. @throws Error with all of it when it failed */
	async type(line: string, budgetMs = 60_000): Promise<string> {
		this.#shown = '';
		this.#shell.stdin!.write(`${line}\n`);
		const deadline = Date.now() + budgetMs;
		for (;;) {
			const shown = stripVTControlCharacters(this.#shown);
			const ended = PROMPT.exec(shown);
			if (ended?.[1] === '0') return shown.slice(0, ended.index);
			if (ended !== null || Date.now() > deadline || this.#shell.exitCode !== null)
				throw new Error(`${line}: ${ended === null ? 'did not end' : `ended with ${ended[1]}`}\n${shown}`);
			await new Promise((resolve) => setTimeout(resolve, 50));
		}
	}

	/** Before anything is typed. */
	open(): Promise<string> {
		return this.type(SETS_PROMPT);
	}

	async close(): Promise<void> {
		if (this.#shell.exitCode !== null) return;
		const ended = new Promise((resolve) => this.#shell.once('close', resolve));
		this.#shell.stdin!.end('exit\n');
		await ended;
	}
}

/** The line that `init` ends with, for a person to paste. */
export function lineToPaste(shown: string): string {
	const line = /^\s*(export RAILWAY_PROJECT_ID=\S+ RAILWAY_ENVIRONMENT_ID=\S+)\s*$/m.exec(shown)?.[1];
	if (line === undefined) throw new Error(`there is no line to paste:\n${shown}`);
	return line;
}
