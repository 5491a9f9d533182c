import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../../dist/bin.js', import.meta.url));

export interface Ended {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
	/** With `--json`. */
	json<T = Record<string, unknown>>(): T;
}

/** The built command as a process of its own, without a terminal and with no environment but this. */
export async function pulseRailway(
	args: readonly string[],
	options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<Ended> {
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
	const code = await new Promise<number | null>((resolve, reject) => {
		child.once('error', reject);
		child.once('close', resolve);
	});
	return { code, stdout, stderr, json: () => JSON.parse(stdout) };
}
