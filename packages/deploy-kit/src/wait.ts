import type { Clock } from './clock.ts';
import { DeployToolError, type Fault } from './errors.ts';

export interface WaitOptions<T> {
	/** Ends "Timed out after 900 s waiting for …". */
	readonly what: string;
	readonly budgetMs: number;
	/** Pauses before the second, third, … check; the last one repeats. Default 500, 1000, 2000. */
	readonly intervalsMs?: readonly number[];
	readonly clock: Clock;
	readonly signal: AbortSignal;
	/** Whose turn it is when the budget ends. Default `platform`. */
	readonly fault?: Fault;
	/** `undefined` means not yet. */
	check(signal: AbortSignal): Promise<T | undefined>;
	/** Why it is not there yet, for the timeout's detail. */
	lastSeen?(): string | undefined;
	readonly next?: string;
}

const GENTLE_START = [500, 1000, 2000];

/** Checks at once, then at intervals, until there is a value, the budget ends or the signal aborts. */
export async function waitFor<T>(options: WaitOptions<T>): Promise<T> {
	const { clock, signal, budgetMs } = options;
	const intervals = options.intervalsMs ?? GENTLE_START;
	const deadline = clock.now() + budgetMs;
	for (let attempt = 0; ; attempt++) {
		signal.throwIfAborted();
		const value = await options.check(signal);
		if (value !== undefined) return value;
		const pause = intervals[Math.min(attempt, intervals.length - 1)] ?? 2000;
		if (clock.now() + pause > deadline) throw timedOut(options);
		await clock.sleep(pause, signal);
	}
}

function timedOut(options: WaitOptions<unknown>): DeployToolError {
	const seen = options.lastSeen?.();
	return new DeployToolError(
		'timeout',
		`Timed out after ${Math.round(options.budgetMs / 1000)} s waiting for ${options.what}.`,
		{
			fault: options.fault ?? 'platform',
			...(seen === undefined ? {} : { detail: seen }),
			...(options.next === undefined ? {} : { next: options.next }),
		},
	);
}
