import cluster from 'node:cluster';
import { pino } from 'pino';
import { endAtDefect } from 'pulse-deploy-kit/defect';
import { keepHeapSmall } from 'pulse-edge/node/small-heap';
import { processEnvironment } from './config/process-env.ts';
import { routerConfig } from './config/router.ts';
import { openRouter } from './router/open.ts';
import { runWorkers } from './router/workers.ts';

/**
 * Runs the router until SIGTERM or SIGINT, as the whole process: one worker in place, or one child process each.
 * Rejects with a usage error for an invalid variable. A second signal ends it at once. `interrupted`: the signal that came
 * before this process listened to any here.
 */
export async function serve(
	env: Readonly<Record<string, string | undefined>> = processEnvironment(),
	interrupted?: AbortSignal,
): Promise<void> {
	const config = routerConfig(env);
	const logger = pino({ base: { pid: process.pid }, level: config.logLevel });
	endAtDefect(logger);
	if (cluster.isPrimary && config.workers > 1) {
		if (interrupted?.aborted) return;
		await runWorkers(config, logger, onSignal);
		return;
	}
	const stopped = new Promise<void>((resolve) => onSignal(resolve));
	if (config.nodeInternals) keepHeapSmall();
	// A start waits for its store, and who is told to end meanwhile has nothing to drain.
	const opening = openRouter(config, logger);
	const opened = interrupted?.aborted ? undefined : await Promise.race([opening, stopped]);
	if (opened === undefined) process.exit(0);
	await stopped;
	await opened.close(config.drainMs);
	// Listening to its primary would keep a worker alive.
	if (cluster.isWorker) process.disconnect();
}

/** Calls back at the first signal; the second ends the process at once. */
function onSignal(first: () => void) {
	let signalled = false;
	const stop = (signal: NodeJS.Signals) => {
		// Ctrl-C reaches a whole process group: workers wait for the word of their primary.
		if (signal === 'SIGINT' && cluster.isWorker) return;
		if (signalled) process.exit(signal === 'SIGINT' ? 130 : 143);
		signalled = true;
		first();
	};
	process.on('SIGTERM', stop);
	process.on('SIGINT', stop);
}
