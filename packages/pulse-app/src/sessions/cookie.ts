import { PulseError } from '../errors.ts';

/** The session cookie of contract P1.11. */
export const SESSION_COOKIE = 'pulse.sid';
export const SESSION_MAX_AGE_SECONDS = 604_800;

export interface CookieAttributes {
	readonly secure: boolean;
	/** `.example.com` shares the session with subdomains; `null` keeps it to the host. */
	readonly domain: string | null;
}

/** The first cookie of this name in a `Cookie` header, or `null`. */
export function readSessionCookie(header: string | undefined): string | null {
	for (const part of header?.split(';') ?? []) {
		const separator = part.indexOf('=');
		if (separator !== -1 && part.slice(0, separator).trim() === SESSION_COOKIE) return part.slice(separator + 1).trim();
	}
	return null;
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
