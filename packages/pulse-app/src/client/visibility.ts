/** A tab that comes back and cannot connect within this time is to be loaded anew. */
const RECONNECT_MS = 10_000;

/**
 * A hidden tab gives its socket up, so that a deployment whose pages are all hidden can end (contract P1.16). Coming back within
 * the session timeout finds everything as it was.
 */
export function followVisibility(socket: {
	connect(): void;
	disconnect(): void;
	connected(): boolean;
	/** It cannot reconnect. */
	onFailed(): void;
}): void {
	let timer: ReturnType<typeof setTimeout> | undefined;
	// Opened in the background: it connects when it is shown.
	if (document.visibilityState === 'hidden') socket.disconnect();
	document.addEventListener('visibilitychange', () => {
		clearTimeout(timer);
		if (document.visibilityState === 'hidden') return socket.disconnect();
		socket.connect();
		timer = setTimeout(() => {
			// Without a network a reload would only lose the page.
			if (!socket.connected() && navigator.onLine) socket.onFailed();
		}, RECONNECT_MS);
	});
}
