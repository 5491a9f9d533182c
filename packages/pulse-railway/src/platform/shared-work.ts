import { unlessAborted } from 'pulse-deploy-kit/unless-aborted';

/**
 * Work that several callers wait for, begun by the first. Each leaves by its own signal, so that the short patience of one
 * fails no other; when the last has left, the work is aborted. What failed is begun anew by the next caller.
 */
export interface SharedWork<T> {
	/** It was not begun, or it failed. */
	isOpen(): boolean;
	join(signal: AbortSignal): Promise<T>;
}

interface Running<T> {
	readonly result: Promise<T>;
	readonly stop: AbortController;
	waiting: number;
}

export function shareWork<T>(work: (signal: AbortSignal) => Promise<T>): SharedWork<T> {
	let running: Running<T> | undefined;

	function begin(): Running<T> {
		const stop = new AbortController();
		const begun = { result: work(stop.signal), stop, waiting: 0 };
		begun.result.catch(() => {
			if (running === begun) running = undefined;
		});
		return begun;
	}

	return {
		isOpen: () => running === undefined,
		async join(signal) {
			signal.throwIfAborted();
			running ??= begin();
			const joined = running;
			joined.waiting++;
			try {
				return await unlessAborted(joined.result, signal);
			} catch (error) {
				if (signal.aborted && joined.waiting === 1) {
					if (running === joined) running = undefined;
					joined.stop.abort(signal.reason);
				}
				throw error;
			} finally {
				joined.waiting--;
			}
		},
	};
}
