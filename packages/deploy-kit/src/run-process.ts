import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { DeployToolError } from './errors.ts';

export interface RunProcess {
	readonly command: string;
	readonly args: readonly string[];
	readonly cwd?: string;
	/** The child's whole environment. */
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Written to standard input, which is then closed. Secrets go here, never into `args`. */
	readonly input?: string;
	/** Aborting sends SIGTERM, and SIGKILL five seconds later. */
	readonly signal: AbortSignal;
	onLine?(line: string, stream: 'stdout' | 'stderr'): void;
}

export interface ProcessResult {
	/** 128 + n where a signal ended it. */
	readonly exitCode: number;
	/** The last 64 KiB. */
	readonly stdout: string;
	readonly stderr: string;
}

const KEPT_CHARACTERS = 65_536;
const KILL_AFTER_MS = 5_000;

/**
 * Runs a program without a shell and waits for its end. A non-zero exit is a result, not an error.
 * @throws DeployToolError `program-missing` when it cannot be started; the signal's reason when aborted
 */
export async function runProcess(options: RunProcess): Promise<ProcessResult> {
	options.signal.throwIfAborted();
	const child = spawn(options.command, options.args, {
		cwd: options.cwd,
		env: { ...options.env } as NodeJS.ProcessEnv,
		stdio: ['pipe', 'pipe', 'pipe'],
	});
	const text = { stdout: '', stderr: '' };
	for (const name of ['stdout', 'stderr'] as const) {
		createInterface({ input: child[name], crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
			text[name] = `${text[name]}${line}\n`.slice(-KEPT_CHARACTERS);
			options.onLine?.(line, name);
		});
	}
	// A child that ends without reading its input must not fail us with EPIPE.
	child.stdin.on('error', () => {});
	child.stdin.end(options.input ?? '');

	let kill: NodeJS.Timeout | undefined;
	const onAbort = () => {
		child.kill('SIGTERM');
		kill = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
	};
	options.signal.addEventListener('abort', onAbort, { once: true });
	try {
		const exitCode = await new Promise<number>((resolve, reject) => {
			child.once('error', (cause) => reject(cannotStart(options.command, cause)));
			child.once('close', (code, signal) => resolve(code ?? (signal === 'SIGKILL' ? 137 : 143)));
		});
		options.signal.throwIfAborted();
		return { exitCode, ...text };
	} finally {
		clearTimeout(kill);
		options.signal.removeEventListener('abort', onAbort);
	}
}

function cannotStart(command: string, cause: unknown): DeployToolError {
	const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
	return new DeployToolError(
		'program-missing',
		missing ? `Cannot find the program '${command}'.` : `Cannot start '${command}'.`,
		{
			fault: 'user',
			cause,
			next: `Install ${command}, or give its path.`,
			...(missing ? {} : { detail: String(cause) }),
		},
	);
}
