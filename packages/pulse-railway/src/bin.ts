#!/usr/bin/env node
import { runCli } from 'pulse-deploy-kit/run-cli';
import { commands } from './cli/commands.ts';
import { processEnvironment } from './config/process-env.ts';
import { VERSION } from './config/version.ts';

const SIGNAL_EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** npx passes on the Ctrl-C that the terminal has already sent to the whole process group; that is not a second one. */
const ECHO_MS = 500;

const interruption = new AbortController();
let interruptedBy: keyof typeof SIGNAL_EXIT_CODES | undefined;
let interruptedAt = 0;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
	process.on(signal, () => {
		// The second one does not wait for the clean-up of the first.
		if (interruptedBy !== undefined) {
			if (performance.now() - interruptedAt > ECHO_MS) process.exit(SIGNAL_EXIT_CODES[signal]);
			return;
		}
		interruptedBy = signal;
		interruptedAt = performance.now();
		interruption.abort();
	});
}

const info = {
	name: 'pulse-railway',
	version: VERSION,
	summary: 'Deploy stateful web apps on Railway so that nobody loses their session',
	groups: {
		janitor: 'Delete deployments that nobody uses any more',
		local: 'Railway on this machine, without an account: try a whole life of deployments',
	},
};
const exitCode = await runCli(info, commands, {
	argv: process.argv.slice(2),
	env: processEnvironment(),
	cwd: process.cwd(),
	stdin: process.stdin,
	stdout: process.stdout,
	stderr: process.stderr,
	signal: interruption.signal,
});
process.exitCode = interruptedBy !== undefined && exitCode !== 0 ? SIGNAL_EXIT_CODES[interruptedBy] : exitCode;
// What the app file started when it was loaded, a timer or a connection, would keep this process alive.
process.stdout.write('', () => process.exit());
