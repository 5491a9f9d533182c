#!/usr/bin/env node
import { runCli } from 'pulse-deploy-kit/run-cli';
import { commands } from './cli/commands.ts';
import { reporterFormat } from './cli/reporter.ts';
import { processEnvironment } from './config/process-env.ts';
import { VERSION } from './config/version.ts';

// The SDK's versions are pinned to ones that run here; that later ones will not is no news to a user.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

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
	name: 'pulse-aws',
	version: VERSION,
	summary: 'Deploy stateful web apps on AWS ECS Fargate so that nobody loses their session',
	format: reporterFormat,
	// What scripts have seen of the tool before this one.
	errorMark: '❌',
	usageExitCode: 1,
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
