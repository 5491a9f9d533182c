import cluster, { type Worker } from 'node:cluster';
import type { Logger } from 'pino';
import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { RouterConfig } from '../config/router.ts';
import { orWithout, serveWorkersMetrics } from './metrics.ts';

/** A worker that dies is replaced after this pause, or one that always dies would spin. */
const RESTART_PAUSE_MS = 1_000;

/** One worker process each, replaced when it dies. Ends when all have drained after a signal; rejects when none can start. */
export async function runWorkers(
	config: RouterConfig,
	logger: Logger,
	onSignal: (first: () => void) => void,
): Promise<void> {
	const signalled = new Promise<void>((resolve) => onSignal(resolve));
	let stopping = false;
	let listened = false;
	let fail: (error: Error) => void = () => {};
	const failed = new Promise<never>((_, reject) => {
		fail = reject;
	});
	// A worker may die before anything below waits for that.
	failed.catch(() => {});
	const workers = new Set<Worker>();
	const start = () => {
		const worker = cluster.fork();
		workers.add(worker);
		worker.once('listening', () => {
			listened = true;
		});
		worker.once('exit', (code, signal) => {
			workers.delete(worker);
			if (stopping) return;
			logger.error({ event: 'worker-died', worker_pid: worker.process.pid, code, signal }, 'router worker died');
			// Its own lines say why; another one would meet the same.
			if (!listened) return fail(new DeployToolError('router-start', 'the router could not start', { fault: 'user' }));
			setTimeout(() => {
				if (!stopping) start();
			}, RESTART_PAUSE_MS);
		});
	};
	for (let i = 0; i < config.workers; i++) start();
	const metrics =
		config.metricsPort === undefined ? null : await orWithout(serveWorkersMetrics(config.metricsPort), logger);
	await Promise.race([signalled, failed]);
	stopping = true;
	const gone = [...workers].map((worker) => new Promise<void>((resolve) => void worker.once('exit', () => resolve())));
	for (const worker of workers) worker.process.kill('SIGTERM');
	await Promise.all(gone);
	await metrics?.close();
}
