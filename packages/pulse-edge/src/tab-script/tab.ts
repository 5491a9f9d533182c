import { pinElements } from './elements.ts';
import { used } from './gone.ts';
import { id, idle, unpinned } from './pin.ts';
import { bePresent } from './presence.ts';
import { pinRequests } from './requests.ts';

/** Says to requests that cannot say it themselves which tab is in use: pictures, styles, chunks (contract C1.6). */
function mark(): void {
	try {
		const age = idle ? `;max-age=${idle}` : '';
		// biome-ignore lint/suspicious/noDocumentCookie: a store that answers later would come too late for the next request
		document.cookie = `pulse_page=${id};path=/;samesite=lax${age}${location.protocol === 'https:' ? ';secure' : ''}`;
	} catch {
		// A sandboxed page has no cookies.
	}
}

if (id) {
	// Within another page the address carries the version on, by the referrer.
	if (top === window && location.search) {
		const shown = unpinned(location.href);
		if (shown !== location.href) history.replaceState(history.state, '', shown);
	}
	pinRequests();
	pinElements();
	for (const event of ['pointerdown', 'keydown', 'focus', 'pageshow', 'popstate', 'visibilitychange'])
		addEventListener(event, () => document.visibilityState === 'hidden' || mark(), true);
	for (const event of ['pointerdown', 'keydown', 'input']) addEventListener(event, used, true);
	bePresent();
}
