import { pinElements } from './elements.ts';
import { gone } from './gone.ts';
import { listen } from './listen.ts';
import { clearAddress, id, idle } from './pin.ts';
import { bePresent, probe } from './presence.ts';
import { pinRequests } from './requests.ts';
import { followUse, isSeen } from './unsaved.ts';

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
	clearAddress();
	pinRequests(gone, probe);
	pinElements();
	listen('pointerdown keydown focus pageshow popstate visibilitychange', () => isSeen() && mark());
	followUse();
	bePresent();
}
