import type { Clock } from 'pulse-deploy-kit/clock';
import { afterUnclearAttempt, isPassing, isPlatformError, type PlatformError } from './error.ts';
import type { Repeatable } from './repeatable.ts';

export interface RetryPolicy {
	/** Tries in all. Default 5. */
	readonly attempts: number;
	/** Pause before the second try, milliseconds; doubles, half of it random. Default 500. */
	readonly firstPauseMs: number;
	/** Default 8,000. */
	readonly longestPauseMs: number;
	/** No pause ends later than this after the first try; a longer `Retry-After` is an error at once. Default 60,000. */
	readonly budgetMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = {
	attempts: 5,
	firstPauseMs: 500,
	longestPauseMs: 8_000,
	budgetMs: 60_000,
};

export interface Retrying {
	readonly policy: RetryPolicy;
	readonly clock: Clock;
	/** In [0, 1). */
	readonly random: () => number;
}

/**
 * Repeats what is safe to repeat; see `repeatable.ts`. `isLagging` says that a read failed only because what was written
 * is not readable yet: it is repeated until that is no longer so.
 */
export async function withRetry<T>(
	{ policy, clock, random }: Retrying,
	repeatable: Repeatable,
	signal: AbortSignal,
	send: () => Promise<T>,
	isLagging: (error: PlatformError) => boolean = () => false,
): Promise<T> {
	const deadline = clock.now() + policy.budgetMs;
	let unclear = false;
	for (let attempt = 1; ; attempt++) {
		try {
			return await send();
		} catch (error) {
			if (!isPlatformError(error)) throw error;
			const pause = pauseFor(error, attempt, policy, random());
			const lagging = isLagging(error);
			const safe = isPassing(error) && (!error.mayHaveHappened || repeatable === 'yes');
			const again = lagging || (safe && attempt < policy.attempts);
			if (!again || clock.now() + pause > deadline) throw unclear ? afterUnclearAttempt(error) : error;
			unclear ||= error.mayHaveHappened;
			await clock.sleep(pause, signal);
		}
	}
}

function pauseFor(error: PlatformError, attempt: number, policy: RetryPolicy, random: number): number {
	if (error.retryAfterMs !== undefined) return error.retryAfterMs;
	const full = Math.min(policy.firstPauseMs * 2 ** (attempt - 1), policy.longestPauseMs);
	return full / 2 + (full / 2) * random;
}

/** `Retry-After` as seconds or as an HTTP date; `undefined` when absent or unreadable. */
export function retryAfterMs(header: string | null, now: number): number | undefined {
	if (header === null) return undefined;
	const text = header.trim();
	if (/^\d+$/.test(text)) return Number(text) * 1000;
	const date = Date.parse(text);
	return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
