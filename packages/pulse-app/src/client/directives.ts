import type { Directives } from '../plugin.ts';

/** Where the existing Pulse browser client keeps them too (contract P1.13). */
const STORAGE_KEY = '__PULSE_DIRECTIVES';
const FORMER_KEY = '__PULSE_FORMER';
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
	inStorage((storage) => storage.setItem(STORAGE_KEY, JSON.stringify(directives)));
}

/**
 * Leaves the page's render session to the next document of this tab, where its state may go on. Not before the page is gone:
 * a copy of a tab has its storage too, and must not take the state of one that lives.
 */
export function leaveTrace(renderId: string): void {
	inStorage((storage) => storage.setItem(FORMER_KEY, renderId));
}

/** The trace of the document that this tab showed before. */
export const findTrace = (): string | null => inStorage((storage) => storage.getItem(FORMER_KEY));

export function clearTrace(): void {
	inStorage((storage) => storage.removeItem(FORMER_KEY));
}

/** `null` where storage is full or forbidden: the page has its own copy, or goes without. */
function inStorage<T>(use: (storage: Storage) => T): T | null {
	try {
		return use(sessionStorage);
	} catch {
		return null;
	}
}
