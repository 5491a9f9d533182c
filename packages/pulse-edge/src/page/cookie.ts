import { PAGE_COOKIE } from '../protocol.ts';

/** So long a browser stays on its version without being used, where the affinity is `session`. Seconds. */
export const SESSION_IDLE_S = 1_800;

const NAME = `${PAGE_COOKIE}=`;

/** The version that a browser's cookie names, `''` for none. */
export function pageCookie(cookie: string): string {
	for (let at = cookie.indexOf(NAME); at !== -1; at = cookie.indexOf(NAME, at + 1)) {
		const before = at === 0 ? ';' : cookie[at - 1];
		if (before !== ';' && before !== ' ') continue;
		const end = cookie.indexOf(';', at);
		return cookie.slice(at + NAME.length, end === -1 ? undefined : end).trim();
	}
	return '';
}

/** The other cookies, as they came. */
export function withoutPageCookie(cookie: string): string {
	return cookie
		.split(';')
		.filter((part) => !part.trim().startsWith(`${PAGE_COOKIE}=`))
		.join(';')
		.trim();
}

/** Readable by the tab script, which writes it anew whenever its tab is used (contract C1.6). */
export function setPageCookie(id: string, { secure, session }: { secure: boolean; session: boolean }): string {
	const age = session ? `; Max-Age=${SESSION_IDLE_S}` : '';
	return `${PAGE_COOKIE}=${id}; Path=/; SameSite=Lax${age}${secure ? '; Secure' : ''}`;
}
