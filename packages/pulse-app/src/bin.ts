import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import type { App } from './app.ts';
import { runCommand } from './cli/run.ts';
import { readEnvFile } from './config/env-file.ts';
import { defaultAddress, enterProduction, isDevelopment } from './config/environment.ts';
import type { PulseError } from './errors.ts';
import type { RunningApp } from './server/start.ts';
import type { ChildWord } from './watch/supervise.ts';

export interface RunOptions {
	readonly prod: boolean;
	readonly watch: boolean;
	/** Started by a watcher, to which it talks. */
	readonly watched: boolean;
	readonly address?: string;
	readonly port: number;
	readonly serverAddress?: string;
	readonly drainSeconds: number;
}

/** Ctrl-C is a developer who waits: requests finish, sockets are not waited for. */
const INTERRUPT_BUDGET_MS = 1000;

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
	version: string;
};
const args = process.argv.slice(2);
try {
	// Before the flags are read, because it may hold what they default to, e.g. PORT. A watcher leaves it to the app's own process.
	const runs = args[0] === 'run' && !args.some((arg) => ['--prod', '--watch', '--help', '-h'].includes(arg));
	const said = runs && isDevelopment() ? readEnvFile(resolve('.env')) : null;
	if (said !== null) say(said);
	await new Command('pulse')
		.description('Run stateful web apps.')
		.version(version)
		.showHelpAfterError('  Next: pulse run --help')
		.addCommand(runCommand(run).showHelpAfterError('  Next: pulse run --help'))
		.parseAsync();
} catch (error) {
	fail(error);
}

async function run(file: string, options: RunOptions): Promise<void> {
	if (options.watch) return watchApp(file);
	if (options.prod) enterProduction();
	const tell = options.watched ? (word: ChildWord) => process.send?.(word) : null;
	// The watcher is gone without a word.
	if (tell !== null) process.on('disconnect', () => process.exit(130));
	const app = await (tell === null ? load(file) : load(file, (path) => void tell({ file: path })));
	const running = await app.listen({
		port: options.port,
		address: options.address ?? defaultAddress(),
		...(options.serverAddress === undefined ? {} : { serverAddress: options.serverAddress }),
	});
	// A port that was named may be named otherwise next time, e.g. in `.env`.
	if (options.port === 0) tell?.({ port: running.port });
	say(`Listening on ${running.url} (Ctrl-C stops)`);
	stopOnSignals(running, options.drainSeconds * 1000);
}

async function load(file: string, onFile?: (path: string) => void): Promise<App> {
	const { loadApp } = await import('./cli/load-app.ts');
	if (onFile === undefined) return loadApp(file, process.cwd());
	const { hearLoadedFiles } = await import('./watch/loaded-files.ts');
	const hearRest = hearLoadedFiles(onFile);
	return loadApp(file, process.cwd(), onFile).finally(hearRest);
}

async function watchApp(file: string): Promise<void> {
	const { supervise } = await import('./watch/supervise.ts');
	const bin = fileURLToPath(new URL('../bin/pulse.js', import.meta.url));
	const command = [
		process.execPath,
		...process.execArgv,
		bin,
		...args.map((arg) => (arg === '--watch' ? '--watched' : arg)),
	];
	const app = supervise(command, [resolve(file), resolve('.env')], say);
	let code = 143;
	process.on('SIGTERM', app.stop);
	process.on('SIGINT', () => {
		code = 130;
		app.stop();
	});
	await app.done;
	process.exit(code);
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

function say(text: string): void {
	process.stderr.write(`${text}\n`);
}

function fail(error: unknown): never {
	const { message, next, cause } = error as PulseError;
	say(`pulse: ${message ?? String(error)}`);
	if (next !== undefined) say(`  Next: ${next}`);
	else if (error instanceof Error) say(String((cause instanceof Error ? cause : error).stack));
	process.exit(1);
}
