export type SessionData = Record<string, unknown>;

/** How sessions are kept, behind one contract: on the server by id, or whole in the cookie. */
export interface SessionKeeper {
	/** The session that a cookie names, or `null` when no server made it. Never creates anything. */
	resolve(cookie: string): Promise<string | null>;
	create(): Promise<string>;
	read(sid: string): Promise<SessionData>;
	/** Applies `change` to the latest data; it may run again when another writer was faster. */
	change<T>(sid: string, change: (data: SessionData) => T): Promise<T>;
	/** What the browser's cookie has to hold now. */
	cookieFor(sid: string): Promise<string>;
	/** Called while the session is in use. */
	touch(sid: string): Promise<void>;
	/** The last render session of this user is gone from this process. */
	release(sid: string): void;
	/** True when a change reaches the browser only with its next cookie. */
	readonly cookieCarriesData: boolean;
}
