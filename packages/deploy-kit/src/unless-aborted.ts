/** What is waited for, unless the signal aborts before: a person at a question, or work elsewhere, may never end. */
export function unlessAborted<T>(waited: Promise<T>, signal: AbortSignal): Promise<T> {
	return new Promise((resolve, reject) => {
		const leave = () => reject(signal.reason);
		if (signal.aborted) leave();
		else signal.addEventListener('abort', leave, { once: true });
		waited.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
	});
}
