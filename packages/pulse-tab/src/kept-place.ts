const KEY = '__PULSE_PLACE';

/** Where the page is scrolled to, for itself loaded anew: a browser forgets it where it loads by a new request. */
export function keepPlace(): void {
	try {
		if (scrollY > 0) sessionStorage.setItem(KEY, JSON.stringify([location.href, scrollX, scrollY]));
	} catch {
		// It begins at its top.
	}
}

export function findPlace(): void {
	try {
		const [address, x, y] = JSON.parse(sessionStorage.getItem(KEY) ?? '[]') as [string?, number?, number?];
		sessionStorage.removeItem(KEY);
		if (address !== location.href) return;
		addEventListener('load', () => scrollY === 0 && scrollTo(x ?? 0, y ?? 0));
	} catch {
		// Nothing was kept.
	}
}
