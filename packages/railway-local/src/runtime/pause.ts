/** Rejects with the signal's reason when it aborts; `Infinity` waits for that alone. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve, reject) => {
		if (signal.aborted) return reject(signal.reason);
		const timer = Number.isFinite(ms) ? setTimeout(finish, ms) : undefined;
		signal.addEventListener('abort', finish, { once: true });
		function finish() {
			clearTimeout(timer);
			signal.removeEventListener('abort', finish);
			if (signal.aborted) reject(signal.reason);
			else resolve();
		}
	});
}
