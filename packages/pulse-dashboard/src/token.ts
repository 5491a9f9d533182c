const KEY = 'pulse-dashboard-token';

/**
 * The token that the command printed with the address. It is behind the `#`, which browsers send to no server, and is kept for
 * this tab alone: storage knows the port, as a cookie would not. The address bar forgets it.
 */
export function takeToken(): string | null {
	const given = location.hash.slice(1);
	if (/^[\w-]{43}$/.test(given)) {
		sessionStorage.setItem(KEY, given);
		history.replaceState(null, '', '/');
	}
	return sessionStorage.getItem(KEY);
}
