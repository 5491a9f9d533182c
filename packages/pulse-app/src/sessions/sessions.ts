import type { IncomingMessage, ServerResponse } from 'node:http';
import { type CookieAttributes, readSessionCookie, SESSION_COOKIE, sessionCookie } from './cookie.ts';
import type { SessionData, SessionKeeper } from './keeper.ts';
import type { UserSession } from './user-session.ts';

export interface SessionsOptions {
	readonly keeper: SessionKeeper;
	readonly cookie: CookieAttributes;
	/** The cookie of this user is out of date and no response is at hand to carry a new one. */
	readonly onCookieStale: (sid: string) => void;
	/** Prolonging a session failed; whoever is being served need not know. */
	readonly onTouchFailed: (error: unknown) => void;
}

/** User sessions, as requests and sockets see them. */
export interface Sessions {
	/** `undefined`: no cookie at all; `null`: a cookie that names no session of ours. */
	identify(cookieHeader: string | undefined): Promise<string | null | undefined>;
	/** Finds or makes the session of a request, and renews its cookie on the response. */
	ensure(request: IncomingMessage, response: ServerResponse): Promise<string>;
	/** Sends the current cookie of a session that exists. */
	renew(request: IncomingMessage, response: ServerResponse): Promise<void>;
	ofRequest(request: IncomingMessage, response: ServerResponse): Promise<UserSession>;
	ofOwner(sid: string): UserSession;
	release(sid: string): void;
}

export function createSessions({ keeper, cookie, onCookieStale, onTouchFailed }: SessionsOptions): Sessions {
	/** Several callers may ask about one request; the answer must not change in between. */
	const known = new WeakMap<IncomingMessage, Promise<string | null>>();

	const identify = async (header: string | undefined) => {
		const value = readSessionCookie(header);
		return value === null ? undefined : await keeper.resolve(value);
	};
	const ofHeader = (request: IncomingMessage): Promise<string | null> => {
		const found = known.get(request) ?? identify(request.headers.cookie).then((sid) => sid ?? null);
		known.set(request, found);
		return found;
	};
	const sendCookie = async (response: ServerResponse, sid: string) => {
		setCookie(response, sessionCookie(await keeper.cookieFor(sid), cookie));
	};
	const ensure = async (request: IncomingMessage, response: ServerResponse) => {
		const found = (await ofHeader(request)) ?? (await keeper.create());
		known.set(request, Promise.resolve(found));
		keeper.touch(found).catch(onTouchFailed);
		await sendCookie(response, found);
		return found;
	};

	return {
		identify,
		ensure,
		renew: async (request, response) => {
			const sid = await ofHeader(request);
			if (sid !== null) await sendCookie(response, sid);
		},
		ofRequest: async (request, response) => {
			let sid = await ofHeader(request);
			return session(
				keeper,
				() => sid,
				async (change) => {
					sid ??= await ensure(request, response);
					const result = await keeper.change(sid, change);
					if (keeper.cookieCarriesData) await sendCookie(response, sid);
					return result;
				},
			);
		},
		ofOwner: (sid) =>
			session(
				keeper,
				() => sid,
				async (change) => {
					const result = await keeper.change(sid, change);
					if (keeper.cookieCarriesData) onCookieStale(sid);
					return result;
				},
			),
		release: keeper.release,
	};
}

function session(
	keeper: SessionKeeper,
	id: () => string | null,
	change: <T>(change: (data: SessionData) => T) => Promise<T>,
): UserSession {
	const read = async () => {
		const sid = id();
		return sid === null ? {} : await keeper.read(sid);
	};
	return {
		get id() {
			return id();
		},
		get: async (key) => own(await read(), key),
		set: (key, value) =>
			change((data) => {
				data[key] = value;
			}),
		update: (key, next) =>
			change((data) => {
				const value = next(own(data, key));
				data[key] = value;
				return value;
			}),
		delete: (key) =>
			change((data) => {
				delete data[key];
			}),
		entries: read,
	};
}

/** A key may be a visitor's word: `constructor` is not in a session because every object inherits it. */
function own(data: SessionData, key: string): unknown {
	return Object.hasOwn(data, key) ? data[key] : undefined;
}

/** Replaces an earlier session cookie of the same response and leaves the app's own cookies alone. */
function setCookie(response: ServerResponse, value: string): void {
	if (response.headersSent)
		throw new Error('the session changed after the response had begun: its cookie cannot be sent');
	const header = response.getHeader('set-cookie') ?? [];
	const others = (Array.isArray(header) ? header : [String(header)]).filter((c) => !c.startsWith(`${SESSION_COOKIE}=`));
	response.setHeader('set-cookie', [...others, value]);
}
