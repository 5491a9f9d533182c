import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../packages/pulse-railway/dist/bin.js', import.meta.url));

export interface CommandResult {
	/** `null` when a signal ended it. */
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly stdout: string;
	readonly stderr: string;
}

export interface RunningCommand {
	readonly child: ChildProcess;
	readonly result: Promise<CommandResult>;
}

export interface CommandOptions {
	readonly cwd: string;
	/** The whole environment besides PATH and HOME: nothing of the caller's leaks in. */
	readonly env: Readonly<Record<string, string>>;
	/** Called with every complete line of stderr, as it appears. */
	readonly onLine?: (line: string, child: ChildProcess) => void;
}

/** The built command-line tool as a user's shell would start it: a process of its own, without a terminal. */
export function startPulseRailway(args: readonly string[], options: CommandOptions): RunningCommand {
	const child = spawn(process.execPath, [BIN, ...args], {
		cwd: options.cwd,
		env: { PATH: process.env.PATH, HOME: process.env.HOME, ...options.env },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let stdout = '';
	let stderr = '';
	child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
		stdout += chunk;
	});
	createInterface({ input: child.stderr }).on('line', (line) => {
		stderr += `${line}\n`;
		options.onLine?.(line, child);
	});
	const result = new Promise<CommandResult>((resolve, reject) => {
		child.once('error', reject);
		child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
	});
	return { child, result };
}

export function runPulseRailway(args: readonly string[], options: CommandOptions): Promise<CommandResult> {
	return startPulseRailway(args, options).result;
}

/** Runs with `--json` and returns the one document; throws with the command's own words when it fails. */
export async function jsonOf<T>(args: readonly string[], options: CommandOptions): Promise<T> {
	const { code, signal, stdout, stderr } = await runPulseRailway([...args, '--json'], options);
	if (code !== 0) throw new Error(`pulse-railway ${args.join(' ')} ended with ${signal ?? code}\n${stderr}${stdout}`);
	return JSON.parse(stdout) as T;
}
