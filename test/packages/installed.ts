import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { until } from '../support/until.ts';

export interface Installed {
	readonly child: ChildProcess;
	readonly exit: Promise<number | null>;
	output(): string;
	/** Waits until the output matches. */
	said(pattern: RegExp): Promise<RegExpExecArray>;
}

/** A command as `npm install` linked it in `folder`, with the image's PATH and nothing of this repository. Ends with the test. */
export function startInstalled(
	folder: string,
	command: string,
	args: readonly string[],
	env: Readonly<Record<string, string>> = {},
): Installed {
	const PATH = `${join(folder, 'node_modules/.bin')}:${process.env.PATH}`;
	const child = spawn(command, args, {
		cwd: folder,
		env: { PATH, HOME: folder, ...env },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let output = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream.setEncoding('utf8').on('data', (text: string) => {
			output += text;
		});
	}
	const exit = new Promise<number | null>((resolve, reject) => {
		child.once('error', reject).once('close', resolve);
	});
	onTestFinished(async () => {
		child.kill('SIGKILL');
		await exit;
	});
	return {
		child,
		exit,
		output: () => output,
		said: (pattern) =>
			until(
				`${command} to say ${pattern}`,
				() => {
					const match = pattern.exec(output);
					if (!match && child.exitCode !== null) throw new Error(`${command} ended: ${output}`);
					return match;
				},
				30_000,
			),
	};
}
