import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

const BIN = fileURLToPath(new URL('../../../dist/bin.js', import.meta.url));

export interface Ended {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
	/** With `--json`. */
	json<T = Record<string, unknown>>(): T;
}

interface Shell {
	readonly cwd: string;
	readonly env?: Readonly<Record<string, string>>;
}

/** The built command as a process of its own, without a terminal and with no environment but this. */
export function pulseRailway(args: readonly string[], options: Shell): Promise<Ended> {
	return startPulseRailway(args, options).ended;
}

export interface Refusal {
	readonly code: string;
	readonly message: string;
	readonly detail: string | null;
	readonly next: string | null;
}

/** What its user expects of a command that is run with `--json`. */
export function expecting(run: (...args: string[]) => Promise<Ended>) {
	return {
		async done<T = Record<string, unknown>>(...args: string[]): Promise<T> {
			const ended = await run(...args, '--json');
			expect(ended.code, ended.stderr + ended.stdout).toBe(0);
			return ended.json<T>();
		},
		async refused(...args: string[]): Promise<Refusal> {
			const ended = await run(...args, '--json');
			expect(ended.code, ended.stderr + ended.stdout).not.toBe(0);
			return ended.json<{ error: Refusal }>().error;
		},
	};
}

export function startPulseRailway(
	args: readonly string[],
	options: Shell,
): {
	/** Of stdout, so far. */ lines(): string[];
	interrupt(): void /** As by kill -9. */;
	kill(): void;
	readonly ended: Promise<Ended>;
} {
	const child = spawn(process.execPath, [BIN, ...args], {
		cwd: options.cwd,
		// A home without a login of the Railway CLI.
		env: { PATH: process.env.PATH, HOME: options.cwd, ...options.env },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let stdout = '';
	let stderr = '';
	child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
		stdout += chunk;
	});
	child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
		stderr += chunk;
	});
	const ended = new Promise<Ended>((resolve, reject) => {
		child.once('error', reject);
		child.once('close', (code) => resolve({ code, stdout, stderr, json: () => JSON.parse(stdout) }));
	});
	return {
		lines: () => stdout.split('\n').slice(0, -1),
		interrupt: () => void child.kill('SIGINT'),
		kill: () => void child.kill('SIGKILL'),
		ended,
	};
}
