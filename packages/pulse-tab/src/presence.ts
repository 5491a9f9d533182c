import { gone } from './gone.ts';
import { listen } from './listen.ts';
import { id } from './pin.ts';
import { ask, withdraw } from './safe-reload.ts';
import { isStale } from './stale.ts';
import { isSeen, unsaved } from './unsaved.ts';

const EVERY_MS = 30_000;
/** After a report that did not arrive: the router may be another one by then, which knows of no tab. */
const AGAIN_MS = 5_000;
const { fetch, navigator } = window;
const tab = crypto.getRandomValues(new Uint32Array(3)).join('');
/** Said with each report from then on; the edge counts the first (contract C1.15). */
let failed = '';
const address = (state: string) => `/_pulse/edge/tab?pulse_deployment=${id}&tab=${tab}&state=${state}${failed}`;

let said = '';
let saidAt = 0;
/** A page that is left is hidden after that, which would count it again. */
let left = false;

/** Says that this tab is there, and hears whether its version is. */
export function report(): void {
	const state = unsaved() ? 'busy' : isSeen() ? 'visible' : 'hidden';
	const now = Date.now();
	if (left || (state === said && now - saidAt < 1_000)) return;
	said = state;
	saidAt = now;
	const again = () => {
		said = '';
		setTimeout(report, AGAIN_MS);
	};
	fetch(address(state), { method: 'POST', keepalive: true }).then(({ status, headers }) => {
		if (isStale(status, (name) => headers.get(name))) gone();
		else if (status >= 500) again();
		else leave(headers.get('x-pulse-reload-within'));
	}, again);
}

/** Whether its version would be left, and in how many seconds at the latest (contract C1.15). */
function leave(within: string | null): void {
	if (within === null) withdraw('asked');
	else ask('asked', Date.now() + +within * 1_000);
}

/** A socket or a stream ended without a word: its version may be gone, or only the line. */
export function probe(): void {
	setTimeout(report, 500 + Math.random() * 1_500);
}

/** A frame within a page of this app is a part of that page's tab. */
function isWithin(): boolean | undefined {
	try {
		return top !== window && top!.location.origin === location.origin;
	} catch {
		// That page is of another app.
	}
}

export function bePresent(): void {
	if (isWithin()) return;
	setInterval(report, EVERY_MS);
	listen('visibilitychange pageshow', ({ type }) => {
		left &&= type !== 'pageshow';
		report();
	});
	// Of its script, or of a part that did not load.
	listen('error', () => {
		failed = '&error=1';
	});
	listen('pagehide', () => {
		left = true;
		navigator.sendBeacon(address('gone'));
	});
}
