import { randomBytes } from 'node:crypto';
import { SESSION_STORE_BRAND } from '../brand.ts';
import type { Environment } from '../config/environment.ts';
import { PulseError } from '../errors.ts';
import { SESSION_MAX_AGE_SECONDS } from './cookie.ts';
import { createCookieKeeper } from './cookie-keeper.ts';
import type { CookieSessionStore } from './cookie-store.ts';
import type { SessionKeeper } from './keeper.ts';
import { createServerKeeper } from './server-keeper.ts';
import { createSidIssuer } from './sid.ts';
import type { SessionStore } from './store.ts';

export function createKeeper(options: {
	readonly store: SessionStore | CookieSessionStore;
	readonly environment: Environment;
	readonly secrets: readonly string[];
	readonly forgetMs: number;
	readonly isLive: (sid: string) => boolean;
	readonly onUnreadable: (error: unknown) => void;
}): SessionKeeper {
	const { store, environment, secrets, forgetMs, isLive, onUnreadable } = options;
	const issuer = createSidIssuer(secrets);
	if (isCookieStore(store)) {
		const secret = store.secret ?? environment.secret ?? ephemeralSecret(environment);
		// A store of another copy of this package may be older than `previousSecrets`. An empty secret would accept cookies that anyone can sign.
		const previous = (store.previousSecrets ?? []).filter((old) => old !== '');
		return createCookieKeeper({ secrets: [secret, ...previous], issuer, forgetMs, isLive });
	}
	return createServerKeeper({ store, issuer, ttlMs: SESSION_MAX_AGE_SECONDS * 1000, isLive, onUnreadable });
}

export function isCookieStore(store: SessionStore | CookieSessionStore): store is CookieSessionStore {
	return store[SESSION_STORE_BRAND] === 'cookie';
}

function ephemeralSecret(environment: Environment): string {
	if (environment.mode !== 'prod') return randomBytes(32).toString('base64url');
	throw new PulseError('missing-secret', 'The cookie session store needs PULSE_SECRET in production.', {
		next: 'Set PULSE_SECRET to 32 random bytes, e.g. the output of: openssl rand -base64 32',
	});
}
