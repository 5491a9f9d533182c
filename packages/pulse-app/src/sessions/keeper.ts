export type SessionData = Record<string, unknown>;

/** A key may be a visitor's word: `constructor` is not in a session because every object inherits it. */
export function ownValue(data: SessionData, key: string): unknown {
	return Object.hasOwn(data, key) ? data[key] : undefined;
}

/** How sessions are kept, behind one contract: on the server by id, or whole in the cookie. */
export interface SessionKeeper {
	/** The session that a cookie names, or `null` when no server made it or it goes on under another id. Never creates anything. */
	resolve(cookie: string): Promise<string | null>;
	create(): Promise<string>;
	/** Throws {@link SupersededError}. */
	read(sid: string): Promise<SessionData>;
	/** Applies `change` to the latest data; it may run again when another writer was faster. Throws {@link SupersededError}. */
	change<T>(sid: string, change: (data: SessionData) => T): Promise<T>;
	/** Gives the session a new id, which it returns, and makes the former one worthless. Throws {@link SupersededError}. */
	rotate(sid: string, clear: boolean): Promise<string>;
	/** Whether `sid` has taken the place of `former`, also where another deployment did it. */
	succeeds(sid: string, former: string): Promise<boolean>;
	/** What the browser's cookie has to hold now. */
	cookieFor(sid: string): Promise<string>;
	/** Called while the session is in use. */
	touch(sid: string): Promise<void>;
	/** The last render session of this user is gone from this process. */
	release(sid: string): void;
	/** True when a change reaches the browser only with its next cookie. */
	readonly cookieCarriesData: boolean;
}

/** The session goes on under another id. Never tell it to a browser that presented the former one: that may be why it changed. */
export class SupersededError extends Error {
	readonly successor: string;

	constructor(successor: string) {
		super('the session id has been replaced');
		this.successor = successor;
	}
}
