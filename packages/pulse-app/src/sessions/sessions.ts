import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RenderSession } from '../render/render-session.ts';
import { type CookieAttributes, readSessionCookies, sessionCookie, setSessionCookie } from './cookie.ts';
import { SupersededError } from './keeper.ts';
import { PageSource } from './page-source.ts';
import { createRotation, type RotationOptions, tellRotated } from './rotation.ts';
import { SourcedSession, type UserSession } from './user-session.ts';

export interface SessionsOptions extends Omit<RotationOptions, 'sendCookie'> {
	readonly cookie: CookieAttributes;
	/** The cookie of this user is out of date and no response is at hand to carry a new one. */
	readonly onCookieStale: (sid: string) => void;
	/** Prolonging a session failed, which the browser that is being served need not know. */
	readonly onTouchFailed: (error: unknown) => void;
}

/** User sessions, as requests and pages see them. */
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
	ofRender(render: RenderSession): UserSession;
	/** Whether a page is this user's, also when the id has changed since, here or in another deployment. */
	owns(sid: string, render: RenderSession): Promise<boolean>;
	release(sid: string): void;
}

export function createSessions(options: SessionsOptions): Sessions {
	const { keeper, cookie, onCookieStale, onTouchFailed } = options;
	const sendCookie = async (response: ServerResponse, sid: string) => {
		setSessionCookie(response, sessionCookie(await keeper.cookieFor(sid), cookie));
	};
	const rotation = createRotation({ ...options, sendCookie });
	const ofPages = { keeper, rotation, onCookieStale };

	const identify = async (header: string | undefined) => {
		const values = readSessionCookies(header);
		for (const value of values) {
			const sid = await keeper.resolve(value);
			if (sid !== null) return sid;
		}
		return values.length === 0 ? undefined : null;
	};
	/**
	 * Several callers may ask about one request, and one of them may change the answer for all. `misplaced`: there is a
	 * cookie, of a session that is none any more.
	 */
	const known = new WeakMap<IncomingMessage, Promise<{ sid: string | null; readonly misplaced: boolean }>>();
	const visitorOf = (request: IncomingMessage) => {
		const found =
			known.get(request) ??
			identify(request.headers.cookie).then((sid) => ({ sid: sid ?? null, misplaced: sid === null }));
		known.set(request, found);
		return found;
	};
	const ensure = async (request: IncomingMessage, response: ServerResponse, fromPage = false) => {
		const visitor = await visitorOf(request);
		const late = fromPage && visitor.misplaced;
		visitor.sid ??= await keeper.create();
		keeper.touch(visitor.sid).catch(onTouchFailed);
		if (!late) await sendCookie(response, visitor.sid);
		return visitor.sid;
	};

	return {
		identify,
		ensure,
		renew: async (request, response) => {
			const visitor = await visitorOf(request);
			if (visitor.sid === null) return;
			const successor = await rotation.redeem(request, response, visitor.sid);
			if (successor === null) await sendCookie(response, visitor.sid);
			else visitor.sid = successor;
		},
		ofRequest: async (request, response) => {
			const visitor = await visitorOf(request);
			return new SourcedSession({
				id: () => visitor.sid,
				read: async () => {
					if (visitor.sid === null) return {};
					return keeper.read(visitor.sid).catch((error) => {
						if (error instanceof SupersededError) return {};
						throw error;
					});
				},
				change: async (change) => {
					const sid = visitor.sid ?? (await ensure(request, response));
					const result = await keeper.change(sid, change).catch(tellRotated);
					if (keeper.cookieCarriesData) await sendCookie(response, sid);
					return result;
				},
				rotate: async (clear) => {
					if (visitor.sid === null) return;
					try {
						visitor.sid = await rotation.byResponse(visitor.sid, clear, response);
					} catch (error) {
						// Another request was faster: under this id there is nothing any more, the visitor is as good as new.
						if (!(error instanceof SupersededError)) throw error;
						visitor.sid = null;
					}
				},
			});
		},
		ofRender: (render) => new SourcedSession(new PageSource(render, ofPages)),
		owns: rotation.owns,
		release: keeper.release,
	};
}
