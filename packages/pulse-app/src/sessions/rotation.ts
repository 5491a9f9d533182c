import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { PulseError } from '../errors.ts';
import type { RenderSession } from '../render/render-session.ts';
import { SET_COOKIES } from './cookie.ts';
import { type SessionKeeper, SupersededError } from './keeper.ts';

const TICKET_QUERY = 'rotation';
/** How long a browser may take to fetch its new cookie. */
const WAIT_MS = 10_000;
/** A response that takes longer, e.g. a stream, has sent its headers long before. */
const DELIVERED_MS = 10_000;

export interface RotationOptions {
	readonly keeper: SessionKeeper;
	readonly sendCookie: (response: ServerResponse, sid: string) => Promise<void>;
	/** Has the browser of this very page fetch cookies there. Throws when it is not connected. */
	readonly askFor: (render: RenderSession, url: string) => void;
	/**
	 * A session goes on under another id. Pages that were connected under the former one, except `by`, have to show the new
	 * one when `delivered` resolves: the new cookie is on its way to the browser.
	 */
	readonly onRotated: (change: {
		readonly former: string;
		readonly sid: string;
		readonly by: RenderSession | null;
		readonly delivered: Promise<unknown>;
	}) => void;
}

/** Sessions change their ids: by a request, by a page whose browser fetches the cookie, or in another deployment. */
export function createRotation({ keeper, sendCookie, askFor, onRotated }: RotationOptions) {
	const tickets = createTickets();

	/** Returns the new id, whose cookie the response carries. */
	const byResponse = async (
		former: string,
		clear: boolean,
		response: ServerResponse,
		by: RenderSession | null = null,
	): Promise<string> => {
		if (response.headersSent) {
			throw new PulseError('response-begun', 'The session id cannot change after the response has begun.');
		}
		const sid = await keeper.rotate(former, clear);
		await sendCookie(response, sid);
		onRotated({ former, sid, by, delivered: delivered(response) });
		return sid;
	};
	/** Another deployment changed the id: its response has carried the cookie. */
	const follow = (former: string, sid: string) => onRotated({ former, sid, by: null, delivered: Promise.resolve() });

	return {
		byResponse,
		/** Resolves when the browser of this page has fetched the cookie of a new id. */
		byPage: async (render: RenderSession, clear: boolean): Promise<void> => {
			await render.proven();
			await tickets.wait(render, clear, (ticket) => askFor(render, `${SET_COOKIES}?${TICKET_QUERY}=${ticket}`));
		},
		/** The new id, where this request is the one that {@link byPage} waits for. */
		redeem: async (request: IncomingMessage, response: ServerResponse, sid: string): Promise<string | null> => {
			const ticket = new URLSearchParams(request.url?.split('?', 2)[1]).get(TICKET_QUERY);
			if (ticket === null) return null;
			return tickets.redeem(ticket, sid, (by, clear) => byResponse(sid, clear, response, by));
		},
		/** Works with the session of a page: with the data of a new id only after the browser has shown it, however long ago its message came. */
		settled: async <T>(render: RenderSession, work: (sid: string) => Promise<T>): Promise<T> => {
			for (;;) {
				await render.proven();
				const sid = render.owner;
				try {
					return await work(sid);
				} catch (error) {
					if (!(error instanceof SupersededError)) throw error;
					if (render.owner === sid) follow(sid, error.successor);
					// Its page has ended, so no browser can show the new id any more.
					if (render.owner === sid) tellRotated(error);
				}
			}
		},
		owns: async (sid: string, render: RenderSession): Promise<boolean> => {
			const former = render.owner;
			if (former !== sid && (await keeper.succeeds(sid, former)) && render.owner === former) follow(former, sid);
			return render.owner === sid;
		},
	};
}

export type Rotation = ReturnType<typeof createRotation>;

export function tellRotated(error: unknown): never {
	if (!(error instanceof SupersededError)) throw error;
	throw new PulseError('session-rotated', 'The session id was replaced meanwhile.', {
		next: 'Send the request again: the browser has a new cookie by now.',
	});
}

/**
 * Rotations that wait for the browser that asked. Its request carries a ticket, which only its own socket was told: another
 * browser with the same session id, e.g. that of an attacker who planted it, cannot fetch the new cookie.
 */
export function createTickets() {
	type Rotate = (by: RenderSession, clear: boolean) => Promise<string>;
	const waiting = new Map<string, { readonly by: RenderSession; readonly use: (rotate: Rotate) => Promise<string> }>();
	return {
		/** Resolves when the rotation is done. `ask` has the browser make a request with the ticket. */
		wait(by: RenderSession, clear: boolean, ask: (ticket: string) => void): Promise<unknown> {
			const ticket = randomBytes(16).toString('hex');
			return new Promise((settle, reject) => {
				const end = () => {
					waiting.delete(ticket);
					clearTimeout(timer);
				};
				const giveUp = (error: unknown) => {
					end();
					reject(error);
				};
				const late = new PulseError('not-rotated', 'The browser did not fetch its new session cookie.');
				const timer = setTimeout(giveUp, WAIT_MS, late);
				const use = (rotate: Rotate) => {
					// The browser came: from here on the store decides, and how long it takes must not be told as a failure.
					end();
					const rotated = rotate(by, clear).catch((cause) => {
						throw new PulseError('not-rotated', 'The session id could not be replaced.', { cause });
					});
					settle(rotated);
					return rotated;
				};
				waiting.set(ticket, { by, use });
				try {
					ask(ticket);
				} catch (error) {
					giveUp(error);
				}
			});
		},
		/** Works once, and only with a ticket of this very session; else `null`. */
		async redeem(ticket: string, sid: string, rotate: Rotate): Promise<string | null> {
			const found = waiting.get(ticket);
			return found?.by.owner === sid ? found.use(rotate) : null;
		},
	};
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
