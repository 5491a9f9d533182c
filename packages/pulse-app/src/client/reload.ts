const STORAGE_KEY = '__PULSE_RELOADS';
const WINDOW_MS = 30_000;
/** So many in a row are normal, e.g. two deployments ending at once; more look like a loop. */
const FREE_RELOADS = 3;

export interface Reloader {
	/** Loads the page anew, once. */
	reload(reason: string): void;
}

/** Reloads at once, but slows down when reloading does not help, so that a tab never hammers a server. */
export function createReloader(onReload: (reason: string) => void): Reloader {
	let reloading = false;
	return {
		reload: (reason) => {
			if (reloading) return;
			reloading = true;
			onReload(reason);
			setTimeout(() => location.reload(), remember());
		},
	};
}

/** Milliseconds to wait before this reload. */
function remember(): number {
	try {
		const now = Date.now();
		const recent = (JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? '[]') as number[]).filter(
			(at) => now - at < WINDOW_MS,
		);
		sessionStorage.setItem(STORAGE_KEY, JSON.stringify([...recent, now]));
		return recent.length < FREE_RELOADS ? 0 : 1000 * 2 ** Math.min(recent.length - FREE_RELOADS, 4);
	} catch {
		return 1000;
	}
}
