import { PAGE_COOKIE } from '../protocol.ts';

/** So long a browser stays on its version without being used, where the affinity is `session`. Seconds. */
export const SESSION_IDLE_S = 1_800;

const NAME = `${PAGE_COOKIE}=`;

/** What cookies say of a version. */
export interface PageCookies {
	/** `''` for none. */
	pageCookie: string;
	cookiesDiffer: boolean;
}

/**
 * Takes the version out of one line of cookies, and returns the others as they came; `null` for none. Where two of the name
 * say different versions, one of them was set by a page of a sibling domain or of another path, which must not move a tab:
 * then none counts.
 */
export function takePageCookie(found: PageCookies, cookie: string): string | null {
	let at = beginningOf(cookie, 0);
	if (at === -1) return cookie;
	let left = '';
	let done = 0;
	let leads = false;
	while (at !== -1) {
		// Each goes with the separator in front of it, the first of all with the one behind it.
		const before = cookie.lastIndexOf(';', at);
		leads ||= before === -1;
		if (before > done) left += cookie.slice(done, before);
		const end = cookie.indexOf(';', at);
		done = end === -1 ? cookie.length : end;
		find(found, cookie.slice(at + NAME.length, done).trim());
		at = end === -1 ? -1 : beginningOf(cookie, end);
	}
	if (done < cookie.length) left += cookie.slice(done);
	return (leads ? left.slice(1) : left).trim() || null;
}

function find(found: PageCookies, id: string): void {
	if (found.cookiesDiffer) return;
	found.cookiesDiffer = found.pageCookie !== '' && id !== found.pageCookie;
	found.pageCookie = found.cookiesDiffer ? '' : id;
}

/** Where a cookie of the name begins, at `from` or later; -1 for nowhere. */
function beginningOf(cookie: string, from: number): number {
	for (let at = cookie.indexOf(NAME, from); at !== -1; at = cookie.indexOf(NAME, at + 1)) {
		let before = at - 1;
		while (before >= 0 && isBlank(cookie.charCodeAt(before))) before--;
		if (before < 0 || cookie.charCodeAt(before) === SEMICOLON) return at;
	}
	return -1;
}

const SEMICOLON = 59;

function isBlank(code: number): boolean {
	return code === 32 || code === 9;
}

/** Readable by the tab script, which writes it anew whenever its tab is used (contract C1.6). */
export function setPageCookie(id: string, { secure, session }: { secure: boolean; session: boolean }): string {
	const age = session ? `; Max-Age=${SESSION_IDLE_S}` : '';
	return `${PAGE_COOKIE}=${id}; Path=/; SameSite=Lax${age}${secure ? '; Secure' : ''}`;
}

export function endPageCookie(secure: boolean): string {
	return `${PAGE_COOKIE}=; Path=/; SameSite=Lax; Max-Age=0${secure ? '; Secure' : ''}`;
}
