const KEY = '__PULSE_RELOADS';
const WINDOW_MS = 600_000;
/** So many in the window are normal, e.g. deployments that end one after the other; more look like a loop. */
const FREE_RELOADS = 3;
/** Without a memory of earlier ones: long enough for no server to notice. */
const BLIND_MS = 60_000;

/** When this tab loaded itself anew, lately; `undefined` without a memory. */
let times: number[] | undefined;

const store = (next: number[]) => {
	sessionStorage[KEY] = JSON.stringify(next);
};

/**
 * Milliseconds that a page waits before it loads itself anew, so that one that does not get better by it never hammers a
 * server: none at first, then twice as long each time.
 */
export function pauseBeforeReload(): number {
	try {
		// Also after the clock was set back.
		const lately = (at: number) => Math.abs(Date.now() - at) < WINDOW_MS;
		const found = (JSON.parse(sessionStorage[KEY] || '[]') as number[]).filter(lately);
		// What cannot be noted will not be remembered.
		times = undefined;
		store(found);
		times = found;
		const tooMany = found.length - FREE_RELOADS;
		return tooMany < 0 ? 0 : 1000 * 2 ** tooMany;
	} catch {
		return BLIND_MS - performance.now();
	}
}

/** Whether it is not the first time, lately. */
export function noteReload(): boolean {
	if (!times) return false;
	store([...times, Date.now()]);
	return times.length > 0;
}
