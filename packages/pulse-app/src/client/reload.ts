const STORAGE_KEY = '__PULSE_RELOADS';
const WINDOW_MS = 30_000;
/** So many in a row are normal, e.g. two deployments ending at once; more look like a loop. */
const FREE_RELOADS = 3;
/** So many in ten minutes are a loop. */
const MAX_RELOADS = 20;
const MAX_RELOADS_WINDOW_MS = 600_000;
/** Without a memory of earlier ones: long enough for no server to notice. */
const BLIND_WAIT_MS = 60_000;

export interface Reloader {
	/** Loads the page anew, once. */
	reload(reason: string): void;
}

/**
 * Reloads at once, but slows down when reloading does not help, so that a tab never hammers a server, and gives up when it
 * does not help at all. A page that gave up is loaded once more when its user comes back to it, or after a while: a display
 * on a wall is never left.
 */
export function createReloader(onReload: (reason: string) => void, onGivenUp: (reason: string) => void): Reloader {
	let reloading = false;
	return {
		reload: (reason) => {
			if (reloading) return;
			reloading = true;
			const wait = remember();
			if (wait !== null) {
				onReload(reason);
				setTimeout(() => location.reload(), wait);
				return;
			}
			onGivenUp(reason);
			setTimeout(() => location.reload(), MAX_RELOADS_WINDOW_MS);
			document.addEventListener('visibilitychange', () => {
				if (document.visibilityState === 'visible') location.reload();
			});
		},
	};
}

/** Milliseconds to wait before this reload; `null` not to. */
function remember(): number | null {
	try {
		const now = Date.now();
		const earlier = (JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? '[]') as number[]).filter(
			(at) => now - at < MAX_RELOADS_WINDOW_MS,
		);
		if (earlier.length >= MAX_RELOADS) return null;
		sessionStorage.setItem(STORAGE_KEY, JSON.stringify([...earlier, now]));
		const recent = earlier.filter((at) => now - at < WINDOW_MS).length;
		return recent < FREE_RELOADS ? 0 : 1000 * 2 ** Math.min(recent - FREE_RELOADS, 4);
	} catch {
		const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
		return navigation?.type === 'reload' ? BLIND_WAIT_MS : 0;
	}
}
