import { createHmac, timingSafeEqual } from 'node:crypto';
import { deflateSync, inflateSync } from 'node:zlib';
import { PulseError } from '../errors.ts';
import type { SessionData } from './keeper.ts';

export const MAX_COOKIE_BYTES = 3800;
/** A signed cookie is ours, but a bound costs nothing. */
const MAX_INFLATED_BYTES = 1024 * 1024;

export interface CookieSession {
	readonly sid: string;
	readonly data: SessionData;
	/** Ids that this session had before, newest first: pages that were opened under them are this user's. */
	readonly formerly?: readonly string[];
}

/** `v1.<base64url zlib JSON {sid,data}>.<base64url HMAC-SHA256>`, as Python Pulse apps write it (contract P1.11). */
export function encodeCookie(session: CookieSession, secret: string): string {
	const { sid, data, formerly } = session;
	const payload = deflateSync(JSON.stringify({ sid, data, formerly }));
	const cookie = `v1.${payload.toString('base64url')}.${mac(payload, secret).toString('base64url')}`;
	if (cookie.length > MAX_COOKIE_BYTES) {
		throw new PulseError('session-too-large', `The session cookie would be ${cookie.length} bytes.`, {
			next: `Keep less than ${MAX_COOKIE_BYTES} bytes in it, or use a server-side session store.`,
		});
	}
	return cookie;
}

/** `null` for anything that this secret has not signed. */
export function decodeCookie(cookie: string, secret: string): CookieSession | null {
	const match = /^v1\.([\w-]+)\.([\w-]+)$/.exec(cookie);
	if (match === null) return null;
	const payload = Buffer.from(match[1] as string, 'base64url');
	const signature = Buffer.from(match[2] as string, 'base64url');
	const expected = mac(payload, secret);
	if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) return null;
	try {
		const session = JSON.parse(
			inflateSync(payload, { maxOutputLength: MAX_INFLATED_BYTES }).toString(),
		) as CookieSession;
		return typeof session.sid === 'string' && typeof session.data === 'object' && session.data !== null
			? session
			: null;
	} catch {
		return null;
	}
}

function mac(payload: Buffer, secret: string): Buffer {
	return createHmac('sha256', `${secret}|pulse.session`).update(payload).digest();
}
