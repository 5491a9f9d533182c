import { busy, gone, isGone } from './gone.ts';
import { id } from './pin.ts';

const EVERY_MS = 30_000;
/** After a report that did not arrive: the router may be another one by then, which knows of nobody. */
const AGAIN_MS = 5_000;
const { fetch, navigator } = window;
const tab = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(36).padStart(2, '0')).join(
	'',
);
const address = (state: string) => `/_pulse/edge/tab?pulse_deployment=${id}&tab=${tab}&state=${state}`;

let said = '';
let saidAt = 0;
/** A page that is left is hidden after that, which would count it again. */
let left = false;

/** Says that this tab is there, and hears whether its version is. */
export function report(): void {
	const state = busy() ? 'busy' : document.visibilityState === 'hidden' ? 'hidden' : 'visible';
	const now = Date.now();
	if (left || (state === said && now - saidAt < 1_000)) return;
	said = state;
	saidAt = now;
	const again = () => {
		said = '';
		setTimeout(report, AGAIN_MS);
	};
	fetch(address(state), { method: 'POST', keepalive: true }).then(({ status, headers }) => {
		if (isGone(status, (name) => headers.get(name))) gone();
		else if (status >= 500) again();
	}, again);
}

/** A socket or a stream ended without a word: its version may be gone, or only the line. */
export function probe(): void {
	setTimeout(report, 500 + Math.random() * 1_500);
}

/** A frame within a page of this app is a part of that page's tab. */
function isWithin(): boolean {
	try {
		return top !== window && top!.location.origin === location.origin;
	} catch {
		return false;
	}
}

export function bePresent(): void {
	if (isWithin()) return;
	setInterval(report, EVERY_MS);
	document.addEventListener('visibilitychange', report);
	addEventListener('pageshow', () => {
		left = false;
		report();
	});
	addEventListener('pagehide', () => {
		left = true;
		navigator.sendBeacon(address('gone'));
	});
}
