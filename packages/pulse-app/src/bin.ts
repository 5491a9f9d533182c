import { Command } from 'commander';
import { runCommand } from './cli/run.ts';
import { defaultAddress, enterProduction } from './config/environment.ts';
import type { PulseError } from './errors.ts';
import type { RunningApp } from './server/start.ts';

export interface RunOptions {
	readonly prod: boolean;
	readonly address?: string;
	readonly port: number;
	readonly serverAddress?: string;
	readonly drainSeconds: number;
}

/** Ctrl-C is a developer who waits: requests finish, sockets are not waited for. */
const INTERRUPT_BUDGET_MS = 1000;

await new Command('pulse').description('Run stateful web apps.').addCommand(runCommand(run)).parseAsync().catch(fail);

async function run(file: string, options: RunOptions): Promise<void> {
	if (options.prod) enterProduction();
	const { loadApp } = await import('./cli/load-app.ts');
	const app = await loadApp(file, process.cwd());
	const running = await app.listen({
		port: options.port,
		address: options.address ?? defaultAddress(),
		...(options.serverAddress === undefined ? {} : { serverAddress: options.serverAddress }),
	});
	process.stderr.write(`Listening on ${running.url} (Ctrl-C stops)\n`);
	stopOnSignals(running, options.drainSeconds * 1000);
}

function stopOnSignals(running: RunningApp, budgetMs: number): void {
	let stopping = false;
	const stop = (budget: number, exitCode: number, forcedExitCode: number) => () => {
		if (stopping) process.exit(forcedExitCode);
		stopping = true;
		running.close({ budgetMs: budget }).then(() => process.exit(exitCode), fail);
	};
	process.on('SIGTERM', stop(budgetMs, 0, 143));
	process.on('SIGINT', stop(INTERRUPT_BUDGET_MS, 130, 130));
}

function fail(error: unknown): never {
	const { message, next, cause } = error as PulseError;
	process.stderr.write(`pulse: ${message ?? String(error)}\n`);
	if (next !== undefined) process.stderr.write(`  Next: ${next}\n`);
	else if (error instanceof Error) process.stderr.write(`${(cause instanceof Error ? cause : error).stack}\n`);
	process.exit(1);
}
