import { createHmac, timingSafeEqual } from 'node:crypto';
import { deflateSync, inflateSync } from 'node:zlib';
import { PulseError } from '../errors.ts';
import { deserialize, type Serialized, serialize } from '../wire/serialize.ts';
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

interface Payload {
	readonly sid: string;
	readonly data: unknown;
	readonly formerly?: readonly string[] | undefined;
	/** Which nodes of `data` JSON cannot express, e.g. a Set. Absent where there are none, and from Python apps. */
	readonly kinds?: Serialized[0] | undefined;
}

/**
 * `v1.<base64url zlib JSON {sid,data}>.<base64url HMAC-SHA256>`, as Python Pulse apps write it (contract P1.11).
 * Throws `TypeError` for what no session store keeps, e.g. functions.
 */
export function encodeCookie({ sid, data, formerly }: CookieSession, secret: string): string {
	const [lists, plain] = serialize(data);
	const kinds = lists.some((list) => list.length > 0) ? lists : undefined;
	const payload = deflateSync(JSON.stringify({ sid, data: plain, formerly, kinds } satisfies Payload));
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
		const { kinds, ...session } = JSON.parse(
			inflateSync(payload, { maxOutputLength: MAX_INFLATED_BYTES }).toString(),
		) as Payload;
		const data = kinds === undefined ? session.data : deserialize([kinds, session.data]);
		if (typeof session.sid !== 'string' || typeof data !== 'object' || data === null) return null;
		return { ...session, data: data as SessionData } as CookieSession;
	} catch {
		return null;
	}
}

function mac(payload: Buffer, secret: string): Buffer {
	return createHmac('sha256', `${secret}|pulse.session`).update(payload).digest();
}
