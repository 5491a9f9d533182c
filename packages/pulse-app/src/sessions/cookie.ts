import type { ServerResponse } from 'node:http';
import { PulseError } from '../errors.ts';

/** The session cookie of contract P1.11. */
export const SESSION_COOKIE = 'pulse.sid';
/** Where a browser fetches cookies that changed without a response at hand. */
export const SET_COOKIES = '/_pulse/set-cookies';
export const SESSION_MAX_AGE_SECONDS = 604_800;

export interface CookieAttributes {
	readonly secure: boolean;
	/** `.example.com` shares the session with subdomains; `null` keeps it to the host. */
	readonly domain: string | null;
}

/** More cookies of one name than any honest browser has for an address. */
const MAX_CANDIDATES = 8;

/**
 * All cookies of this name in a `Cookie` header. Another app on a parent domain may have set one for us too, and the browser
 * sends the older one first: only the signature or the store tells whose is whose.
 */
export function readSessionCookies(header: string | undefined): string[] {
	const values: string[] = [];
	for (const part of header?.split(';') ?? []) {
		const separator = part.indexOf('=');
		if (separator !== -1 && part.slice(0, separator).trim() === SESSION_COOKIE)
			values.push(part.slice(separator + 1).trim());
	}
	return values.slice(0, MAX_CANDIDATES);
}

export function sessionCookie(value: string, attributes: CookieAttributes): string {
	const parts = [
		`${SESSION_COOKIE}=${value}`,
		'Path=/',
		`Max-Age=${SESSION_MAX_AGE_SECONDS}`,
		'HttpOnly',
		'SameSite=Lax',
	];
	if (attributes.secure) parts.push('Secure');
	if (attributes.domain !== null) parts.push(`Domain=${attributes.domain}`);
	return parts.join('; ');
}

/** Throws `invalid-cookie-domain` for anything but a domain: what follows a semicolon would be an attribute of its own. */
export function readCookieDomain(text: string | undefined): string | null {
	if (text === undefined || /^\.?[a-z0-9-]+(?:\.[a-z0-9-]+)*$/i.test(text)) return text ?? null;
	throw new PulseError('invalid-cookie-domain', `The cookie domain '${text}' is not a domain.`, {
		next: 'Give a domain like .example.com, or leave it out.',
	});
}

/** Replaces an earlier session cookie of the same response and leaves the app's own cookies alone. */
export function setSessionCookie(response: ServerResponse, cookie: string): void {
	if (response.headersSent)
		throw new Error('the session changed after the response had begun: its cookie cannot be sent');
	const header = response.getHeader('set-cookie') ?? [];
	const others = (Array.isArray(header) ? header : [String(header)]).filter((c) => !c.startsWith(`${SESSION_COOKIE}=`));
	response.setHeader('set-cookie', [...others, cookie]);
}
