import { PAGE_COOKIE } from '../protocol.ts';

/** So long a browser stays on its version without being used, where the affinity is `session`. Seconds. */
export const SESSION_IDLE_S = 1_800;

/** The version that a browser's cookie names, `''` for none. */
export function pageCookie(cookie: string): string {
	if (!cookie.includes(PAGE_COOKIE)) return '';
	for (const part of cookie.split(';')) {
		const pair = part.trim();
		if (pair.startsWith(`${PAGE_COOKIE}=`)) return pair.slice(PAGE_COOKIE.length + 1);
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
