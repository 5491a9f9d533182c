import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeployToolError } from 'pulse-deploy-kit/errors';
import { localCommand } from '../command-line.ts';
import { findRunning, type RunningPlatform } from '../directory-lock.ts';

const BUDGET_MS = 60_000;

/** Starts `local up` of this command (a Node script) as a process of its own and returns once its API answers; one that runs already is left as it is. */
export async function startDetached(
	command: string,
	dir: string,
	flags: readonly string[],
	env: Readonly<Record<string, string | undefined>>,
	signal: AbortSignal,
): Promise<RunningPlatform & { fresh: boolean }> {
	signal.throwIfAborted();
	const before = findRunning(dir);
	if (before?.apiUrl) return { ...before, fresh: false };
	mkdirSync(dir, { recursive: true, mode: 0o700 });
	const log = join(dir, 'platform.log');
	const out = openSync(log, 'w', 0o600);
	const child = spawn(process.execPath, [command, 'local', 'up', '--dir', dir, ...flags], {
		detached: true,
		// Its stdout is the lines to export, and a token has no place in a log.
		stdio: ['ignore', 'ignore', out],
		env,
	});
	let ended = false;
	const end = () => {
		ended = true;
	};
	child.on('error', end).on('exit', end);
	child.unref();
	// Interrupted, it takes back what it began before the command ends.
	const stop = () => child.kill('SIGTERM');
	signal.addEventListener('abort', stop);
	try {
		const deadline = performance.now() + BUDGET_MS;
		for (;;) {
			const running = findRunning(dir);
			if (!signal.aborted && running?.apiUrl && running.pid === child.pid) return { ...running, fresh: true };
			if (ended || performance.now() > deadline) {
				signal.throwIfAborted();
				throw failed(dir, log);
			}
			await new Promise((done) => setTimeout(done, 30));
		}
	} finally {
		signal.removeEventListener('abort', stop);
	}
}

function failed(dir: string, log: string): DeployToolError {
	return new DeployToolError('local-start-failed', 'The local platform did not start.', {
		fault: 'platform',
		detail: readFileSync(log, 'utf8').trim().split('\n').slice(-10).join('\n'),
		next: `Read ${log}, or run it in the foreground: ${localCommand(dir, 'up')}`,
	});
}
