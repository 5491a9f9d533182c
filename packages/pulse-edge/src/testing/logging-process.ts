import { type ChildProcess, spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { eventually } from './eventually.ts';

/** A command that listens, and says so and all else in lines of JSON. */
export interface LoggingProcess {
	readonly port: number;
	readonly child: ChildProcess;
	/** Logged, with their fields. */
	readonly lines: Record<string, unknown>[];
	/** Its exit code. */
	exit(): Promise<number | null>;
}

/** Resolves once it listens; killed with the test. Rejects with what it wrote when it ends before. */
export async function startLogging(
	args: readonly string[],
	env: Readonly<Record<string, string>>,
): Promise<LoggingProcess> {
	const child = spawn(process.execPath, args, {
		env: { PATH: process.env.PATH, ...env },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
	onTestFinished(async () => {
		child.kill('SIGKILL');
		await exited;
	});
	const lines: Record<string, unknown>[] = [];
	let partial = '';
	let errors = '';
	child.stderr.on('data', (text) => {
		errors += text;
	});
	child.stdout.on('data', (text) => {
		const all = (partial + text).split('\n');
		partial = all.pop()!;
		for (const line of all) lines.push(JSON.parse(line));
	});
	const listening = () => lines.find((line) => line.event === 'listening');
	await eventually(() => listening() !== undefined || child.exitCode !== null, `${args[0]} listens`);
	const line = listening();
	if (!line) throw new Error(`${args[0]} did not start: ${errors}`);
	return { port: Number(line.port), child, lines, exit: () => exited };
}
