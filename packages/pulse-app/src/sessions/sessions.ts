import type { IncomingMessage, ServerResponse } from 'node:http';
import { PulseError } from '../errors.ts';
import { type CookieAttributes, readSessionCookies, sessionCookie, setSessionCookie } from './cookie.ts';
import { createHandle } from './handle.ts';
import { type SessionKeeper, SupersededError } from './keeper.ts';
import { createRotations } from './rotations.ts';
import type { UserSession } from './user-session.ts';

/** Where a browser fetches cookies that changed without a response at hand. */
export const SET_COOKIES = '/_pulse/set-cookies';
const TICKET_QUERY = 'rotation';
/** A response that takes longer, e.g. a stream, has sent its headers long before. */
const DELIVERED_MS = 10_000;

/** A render session, as its user session sees it. */
export interface SessionHolder {
	/** The session id of its user; another one after a rotation. */
	readonly owner: string;
	/** Resolves when its browser has shown that the session is its own; rejects when it never will. */
	proven(): Promise<void>;
}

export interface SessionsOptions {
	readonly keeper: SessionKeeper;
	readonly cookie: CookieAttributes;
	/** The cookie of this user is out of date and no response is at hand to carry a new one. */
	readonly onCookieStale: (sid: string) => void;
	/** Has the browser of this very render session fetch cookies there. Throws when it is not connected. */
	readonly askFor: (holder: SessionHolder, url: string) => void;
	/**
	 * A session goes on under another id. Whoever was connected under the former one, except `by`, has to show the new one
	 * when `delivered` resolves.
	 */
	readonly onRotated: (change: Rotated) => void;
	/** Prolonging a session failed; whoever is being served need not know. */
	readonly onTouchFailed: (error: unknown) => void;
}

export interface Rotated {
	readonly former: string;
	readonly sid: string;
	readonly by: SessionHolder | null;
	/** The new cookie is on its way to the browser. */
	readonly delivered: Promise<unknown>;
}

/** User sessions, as requests and sockets see them. */
export interface Sessions {
	/** `undefined`: no cookie at all; `null`: none that names a session of ours. */
	identify(cookieHeader: string | undefined): Promise<string | null | undefined>;
	/**
	 * Finds or makes the session of a request, and renews its cookie on the response.
	 * @param fromPage it comes from a page that is open here. If its session is not, its user got a new id meanwhile; the cookie
	 * of that is on its way too, and no other is sent that could take its place
	 */
	ensure(request: IncomingMessage, response: ServerResponse, fromPage?: boolean): Promise<string>;
	/** Sends the current cookie of a session that exists, or the one of the rotation that the request was asked to fetch. */
	renew(request: IncomingMessage, response: ServerResponse): Promise<void>;
	ofRequest(request: IncomingMessage, response: ServerResponse): Promise<UserSession>;
	ofRender(holder: SessionHolder): UserSession;
	/** Whether a render session is this user's, also when the id has changed since, here or in another deployment. */
	owns(sid: string, holder: SessionHolder): Promise<boolean>;
	release(sid: string): void;
}

interface Visitor {
	sid: string | null;
	/** There is a cookie, of a session that is none any more. */
	readonly misplaced: boolean;
}

export function createSessions(options: SessionsOptions): Sessions {
	const { keeper, cookie, onCookieStale, onRotated, onTouchFailed } = options;
	/** Several callers may ask about one request, and one of them may change the answer for all. */
	const known = new WeakMap<IncomingMessage, Promise<Visitor>>();
	const rotations = createRotations();

	const identify = async (header: string | undefined) => {
		const values = readSessionCookies(header);
		for (const value of values) {
			const sid = await keeper.resolve(value);
			if (sid !== null) return sid;
		}
		return values.length === 0 ? undefined : null;
	};
	const visitorOf = (request: IncomingMessage): Promise<Visitor> => {
		const found =
			known.get(request) ??
			identify(request.headers.cookie).then((sid) => ({ sid: sid ?? null, misplaced: sid === null }));
		known.set(request, found);
		return found;
	};
	const sendCookie = async (response: ServerResponse, sid: string) => {
		setSessionCookie(response, sessionCookie(await keeper.cookieFor(sid), cookie));
	};
	const ensure = async (request: IncomingMessage, response: ServerResponse, fromPage = false) => {
		const visitor = await visitorOf(request);
		const late = fromPage && visitor.misplaced;
		visitor.sid ??= await keeper.create();
		keeper.touch(visitor.sid).catch(onTouchFailed);
		if (!late) await sendCookie(response, visitor.sid);
		return visitor.sid;
	};
	const rotate = async (former: string, clear: boolean, response: ServerResponse, by: SessionHolder | null) => {
		if (response.headersSent) {
			throw new PulseError('response-begun', 'The session id cannot change after the response has begun.');
		}
		const sid = await keeper.rotate(former, clear);
		await sendCookie(response, sid);
		onRotated({ former, sid, by, delivered: delivered(response) });
		return sid;
	};

	return {
		identify,
		ensure,
		renew: async (request, response) => {
			const visitor = await visitorOf(request);
			if (visitor.sid === null) return;
			const ticket = new URLSearchParams(request.url?.split('?', 2)[1]).get(TICKET_QUERY);
			const rotation = ticket === null ? null : rotations.redeem(ticket, visitor.sid);
			if (rotation === null) return sendCookie(response, visitor.sid);
			try {
				visitor.sid = await rotate(visitor.sid, rotation.clear, response, rotation.by);
				rotation.succeeded();
			} catch (cause) {
				const error = new PulseError('not-rotated', 'The session id could not be replaced.', { cause });
				rotation.failed(error);
				throw error;
			}
		},
		ofRequest: async (request, response) => {
			const visitor = await visitorOf(request);
			return createHandle({
				id: () => visitor.sid,
				read: async () => {
					if (visitor.sid === null) return {};
					return keeper.read(visitor.sid).catch((error) => (error instanceof SupersededError ? {} : fail(error)));
				},
				change: async (change) => {
					const sid = visitor.sid ?? (await ensure(request, response));
					const result = await keeper.change(sid, change).catch(fail);
					if (keeper.cookieCarriesData) await sendCookie(response, sid);
					return result;
				},
				rotate: async (clear) => {
					if (visitor.sid === null) return;
					try {
						visitor.sid = await rotate(visitor.sid, clear, response, null);
					} catch (error) {
						// Somebody was faster: under this id there is nothing any more, the visitor is as good as new.
						if (!(error instanceof SupersededError)) throw error;
						visitor.sid = null;
					}
				},
			});
		},
		ofRender: (holder) => {
			/** The data of a new id only after the browser has shown it, however long ago its message came. */
			const settled = async <T>(work: (sid: string) => Promise<T>): Promise<T> => {
				for (;;) {
					await holder.proven();
					const sid = holder.owner;
					try {
						return await work(sid);
					} catch (error) {
						if (!(error instanceof SupersededError)) throw error;
						// By another deployment: its response has carried the cookie.
						if (holder.owner === sid) followed(sid, error.successor);
						// Its page has ended, so nobody is left who could show the new id.
						if (holder.owner === sid) fail(error);
					}
				}
			};
			return createHandle({
				id: () => holder.owner,
				read: () => settled(keeper.read),
				change: (change) =>
					settled(async (sid) => {
						const result = await keeper.change(sid, change);
						if (keeper.cookieCarriesData) onCookieStale(sid);
						return result;
					}),
				rotate: async (clear) => {
					await holder.proven();
					await rotations.begin(holder, clear, (ticket) => {
						options.askFor(holder, `${SET_COOKIES}?${TICKET_QUERY}=${ticket}`);
					});
				},
			});
		},
		owns: async (sid, holder) => {
			const former = holder.owner;
			if (former !== sid && (await keeper.succeeds(sid, former)) && holder.owner === former) followed(former, sid);
			return holder.owner === sid;
		},
		release: keeper.release,
	};

	function followed(former: string, sid: string): void {
		onRotated({ former, sid, by: null, delivered: Promise.resolve() });
	}
}

function fail(error: unknown): never {
	if (!(error instanceof SupersededError)) throw error;
	throw new PulseError('session-rotated', 'The session id was replaced meanwhile.', {
		next: 'Send the request again: the browser has a new cookie by now.',
	});
}

/** Resolves when the head of a response has been handed to the network, or should have been. */
function delivered(response: ServerResponse): Promise<void> {
	return new Promise((resolve) => {
		const timer = setTimeout(resolve, DELIVERED_MS).unref();
		response.once('close', () => {
			clearTimeout(timer);
			resolve();
		});
	});
}
