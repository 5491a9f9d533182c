import { SESSION_STORE_BRAND } from '../brand.ts';

/**
 * Sessions whole in a signed cookie: nothing on the server, every deployment reads them. Values are what the other
 * stores keep, dates, Sets and Maps included, 3,800 bytes at most.
 * A change over the socket reaches the browser by a request to `/_pulse/set-cookies` that the client is told to make.
 * Nothing can take back a cookie that an attacker copied: other processes go on to accept one that `rotate` replaced.
 */
export class CookieSessionStore {
	readonly [SESSION_STORE_BRAND] = 'cookie';
	/** Signing secret; default `PULSE_SECRET`, which production requires. */
	readonly secret: string | undefined;
	/** Secrets of before, whose cookies are still read and signed anew: no user has to sign in again. Default: none. */
	readonly previousSecrets: readonly string[];

	constructor(options: { readonly secret?: string; readonly previousSecrets?: readonly string[] } = {}) {
		this.secret = options.secret;
		this.previousSecrets = options.previousSecrets ?? [];
	}
}
