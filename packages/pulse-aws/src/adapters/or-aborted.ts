/** What is waited for, unless the signal aborts before: a person at a question, or work elsewhere, may never end. */
export function orAborted<T>(waited: Promise<T>, signal: AbortSignal): Promise<T> {
	return new Promise((resolve, reject) => {
		waited.then(resolve, reject);
		if (signal.aborted) reject(signal.reason);
		else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
	});
}
