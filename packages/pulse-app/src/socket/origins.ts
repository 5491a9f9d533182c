import type { IncomingMessage } from 'node:http';
import { PulseError } from '../errors.ts';

/**
 * Whether a page of that origin may open a socket. Browsers tell a handshake's origin and apply no other rule to it: a page
 * of a sibling subdomain comes with the user's cookie. Without a list every origin may (contract P1.6).
 */
export function createOriginRule(
	allowed: readonly string[] | undefined,
	serverAddress: URL | null,
): (request: Pick<IncomingMessage, 'headers'>) => boolean {
	if (allowed === undefined) return () => true;
	const origins = new Set([...allowed.map(readOrigin), ...(serverAddress === null ? [] : [serverAddress.origin])]);
	return ({ headers }) => {
		const { origin, host } = headers;
		// Only browsers send one, and only browsers have a user's cookie without having the user.
		if (origin === undefined) return true;
		return origins.has(origin) || (URL.canParse(origin) && new URL(origin).host === host);
	};
}

function readOrigin(text: string): string {
	const url = URL.canParse(text) ? new URL(text) : null;
	if (url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.origin;
	throw new PulseError('invalid-origin', `'${text}' is not an origin.`, {
		next: 'Give one like https://shop.example.com',
	});
}
