import type { Directives } from '../plugin.ts';

/** Where the existing Pulse browser client keeps them too (contract P1.13). */
const STORAGE_KEY = '__PULSE_DIRECTIVES';
const ELEMENT_ID = '__PULSE_DIRECTIVES';

const NONE: Directives = { headers: {}, query: {}, socketio: { auth: {}, headers: {}, query: {} } };

/**
 * What the page was served with: which deployment it belongs to, but no render session yet. Never what an earlier page of
 * this tab left in sessionStorage, because a document load may have come from a newer deployment.
 */
export function pageDirectives(): Directives {
	const text = document.getElementById(ELEMENT_ID)?.textContent;
	return text ? { ...NONE, ...(JSON.parse(text) as Directives) } : NONE;
}

export function storeDirectives(directives: Directives): void {
	try {
		sessionStorage.setItem(STORAGE_KEY, JSON.stringify(directives));
	} catch {
		// Storage may be full or forbidden; this page has its copy.
	}
}
