import type { Clock } from './clock.ts';
import { unlessAborted } from './unless-aborted.ts';

/**
 * What is good to have done, and not worth waiting for longer: once the time is over its signal aborts, and this rejects with a
 * `TimeoutError`, also where the work does not hear of it.
 */
export async function withinBudget<T>(
	clock: Clock,
	budgetMs: number,
	work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
	const ended = new AbortController();
	const over = new AbortController();
	const expire = () => over.abort(new DOMException(`not done within ${budgetMs / 1000} s`, 'TimeoutError'));
	clock.sleep(budgetMs, ended.signal).then(expire, () => {});
	try {
		return await unlessAborted(work(over.signal), over.signal);
	} finally {
		ended.abort();
	}
}
