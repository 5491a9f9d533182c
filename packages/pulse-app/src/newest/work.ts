import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { PulseError } from '../errors.ts';
import type { NewestTerm } from './term.ts';

/** What `app.whenNewest` was given. */
export interface NewestWork {
	readonly start: (term: NewestTerm) => unknown;
	readonly stop: () => unknown;
	readonly stopMs: number;
}

/** Of `app.whenNewest`. */
export interface WhenNewestOptions {
	/**
	 * How long `stop`, and a `start` that has not returned, may take before another process may begin; more than 0, at most
	 * 300. Default 3. What takes longer runs beside its successor, which has a higher fence.
	 */
	readonly stopSeconds?: number;
}

const STOP_SECONDS = 3;
/** Routers prolong a lease of a deployment that is not the newest for no longer. */
const MOST_STOP_SECONDS = 300;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;

/** @throws PulseError `invalid-stop-seconds` */
export function newestWork(
	start: NewestWork['start'],
	stop: NewestWork['stop'] = () => {},
	{ stopSeconds = STOP_SECONDS }: WhenNewestOptions = {},
): NewestWork {
	if (!(stopSeconds > 0 && stopSeconds <= MOST_STOP_SECONDS)) {
		throw new PulseError('invalid-stop-seconds', `stopSeconds must be > 0 and <= ${MOST_STOP_SECONDS}.`);
	}
	return { start, stop, stopMs: stopSeconds * 1000 };
}

/** Work in its term. */
export interface RunningWork {
	/** Resolves when it has ended, or its time is over, or `limit` aborts. */
	stop(limit: AbortSignal): Promise<void>;
}

/** Begins the work, again after it failed, until the term ends. */
export function runWork(work: NewestWork, term: NewestTerm, log: Logger): RunningWork {
	const { signal, fence } = term;
	let starting = true;
	const stop = async () => {
		try {
			await work.stop();
		} catch (error) {
			log.error({ err: error, fence }, 'the end of work of whenNewest failed');
		}
	};
	const run = async () => {
		for (let retryMs = FIRST_RETRY_MS; term.isHeld(); retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)) {
			try {
				const started = work.start(term);
				starting = typeof (started as { then?: unknown } | null | undefined)?.then === 'function';
				await started;
				return;
			} catch (error) {
				// What waits with the signal rejects when it aborts.
				if (signal.aborted) return;
				log.error({ err: error, fence }, `work of whenNewest failed; again in ${retryMs / 1000} s`);
			}
			await stop();
			await sleep(retryMs, undefined, { signal, ref: false }).catch(() => {});
		}
	};
	// Not before the keeper knows of it: a start that blocks may find that its term is over.
	const running = Promise.resolve()
		.then(run)
		.finally(() => {
			starting = false;
		});
	/** A start that returns only now may have begun what the first stop did not find. */
	const end = async () => {
		const returnsLate = starting;
		await Promise.all([running, stop()]);
		if (returnsLate) await stop();
	};
	return {
		async stop(limit) {
			const ended = new AbortController();
			const late = sleep(work.stopMs, true, { signal: AbortSignal.any([limit, ended.signal]) }).catch(() => true);
			const isLate = await Promise.race([end().then(() => false), late]);
			ended.abort();
			if (isLate) log.warn({ fence }, 'work of whenNewest did not end in its time: its successor may begin beside it');
		},
	};
}
