const KEY = '__PULSE_GONE';
const WINDOW_MS = 600_000;
const MAX_RELOADS = 5;
/** A user who did nothing for so long will not be interrupted. */
const IDLE_MS = 5_000;
/** And who did nothing for so long about a field that the page has disabled will not get it back: Streamlit's do without their server. */
const STUCK_MS = 60_000;

let usedAt = 0;
/** Fields that the user wrote into, and what they held before: a framework may let `defaultValue` follow what is written. */
const written = new Map<HTMLInputElement, string>();
const TAKES_TEXT = /^(?:textarea|input (?:text|search|url|tel|email|password|number)$)/;

export function used(event: Event): void {
	usedAt = Date.now();
	const field = event.composedPath()[0] as HTMLInputElement;
	if (event.type !== 'input' || written.has(field)) return;
	if (field.isContentEditable || TAKES_TEXT.test(`${field.localName} ${field.type}`))
		written.set(field, field.defaultValue);
}

/** What its user would lose: text that is not sent, sound or a call. */
export function busy(): boolean {
	for (const [field, before] of written) {
		const { value, defaultValue } = field;
		const unsent = field.isContentEditable ? field.textContent : value !== (value ? before : defaultValue);
		const stuck = field.disabled && Date.now() - usedAt > STUCK_MS;
		if (field.isConnected && unsent && !stuck) return true;
		written.delete(field);
	}
	return [...document.querySelectorAll<HTMLMediaElement>('audio,video')].some(
		(media) => !media.paused && !(media.muted && media.loop),
	);
}

let going = false;

/** This page's version is gone: it is loaded anew when that harms nobody. A page that holds the event sees to it itself. */
export function gone(): void {
	if (going) return;
	going = true;
	if (!dispatchEvent(new CustomEvent('pulse:gone', { cancelable: true }))) return;
	const attempt = () => {
		const still = document.visibilityState === 'hidden' || Date.now() - usedAt > IDLE_MS;
		if (!still || busy() || !mayReload()) return void setTimeout(attempt, 1_000);
		// By a request of its own: what was posted is not posted again.
		if (location.hash) location.reload();
		else location.replace(location.href);
	};
	// Not all tabs at once.
	setTimeout(attempt, Math.random() * 2_000);
}

/** A page that does not get better by it is left alone. */
function mayReload(): boolean {
	try {
		const now = Date.now();
		const earlier = (JSON.parse(sessionStorage.getItem(KEY) ?? '[]') as number[]).filter((at) => now - at < WINDOW_MS);
		if (earlier.length >= MAX_RELOADS) return false;
		sessionStorage.setItem(KEY, JSON.stringify([...earlier, now]));
	} catch {
		// Without a memory: once in a while.
		return performance.now() > 60_000;
	}
	return true;
}

/** The answer that says so; 409 where the newest version is no container app (contract R2.4). */
export function isGone(status: number, header: (name: string) => string | null): boolean {
	return (status === 410 || status === 409) && header('x-pulse-stale-affinity') === '1';
}
