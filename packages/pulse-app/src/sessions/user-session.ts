import { ownValue, type SessionData } from './keeper.ts';

/**
 * Data of one browser, shared by its tabs and, with a shared store, by all deployments. Reads see the latest writes; writes
 * touch single keys. Values: what JSON knows plus Date, Map and Set (JSON alone with the cookie store).
 */
export interface UserSession {
	/** `null` for a visitor without a session: one is made by the first write. */
	readonly id: string | null;
	get(key: string): Promise<unknown>;
	set(key: string, value: unknown): Promise<void>;
	/** Atomic read and write of one key. `change` may run again when another writer was faster. */
	update<T>(key: string, change: (previous: unknown) => T): Promise<T>;
	delete(key: string): Promise<void>;
	/**
	 * Gives the session a new id and makes the former one worthless. Call it whenever the visitor's rights change, before
	 * writing who they are: an id that an attacker planted in the browser beforehand then does not lead to it. The data stay, unless
	 * `clear` (default false) asks for an empty session, as at signing out. Open pages stay: their sockets reconnect with the
	 * new id. Does nothing for a visitor without a session.
	 *
	 * For a request the response carries the new cookie, so call it before the response begins. On a render session its
	 * browser is asked to fetch the cookie; rejects with `not-connected` or, after 10 s, `not-rotated` when it does not, and
	 * then nothing has changed.
	 *
	 * @example
	 * const session = await app.session(request, response);
	 * await session.rotate();
	 * await session.set('user', user.id);
	 */
	rotate(options?: { readonly clear?: boolean }): Promise<void>;
	entries(): Promise<Record<string, unknown>>;
}

/** Where a session's data come from: `read` and `change` see the latest of the one that `id` names. */
export interface SessionSource {
	id(): string | null;
	read(): Promise<SessionData>;
	change<T>(change: (data: SessionData) => T): Promise<T>;
	rotate(clear: boolean): Promise<void>;
}

/** Its methods work apart from it too: `const { get, set } = render.session`. */
export class SourcedSession implements UserSession {
	readonly #source: SessionSource;

	constructor(source: SessionSource) {
		this.#source = source;
	}

	get id(): string | null {
		return this.#source.id();
	}

	readonly get = async (key: string): Promise<unknown> => ownValue(await this.#source.read(), key);

	readonly set = (key: string, value: unknown): Promise<void> =>
		this.#source.change((data) => {
			data[key] = value;
		});

	readonly update = <T>(key: string, next: (previous: unknown) => T): Promise<T> =>
		this.#source.change((data) => {
			const value = next(ownValue(data, key));
			data[key] = value;
			return value;
		});

	readonly delete = (key: string): Promise<void> =>
		this.#source.change((data) => {
			delete data[key];
		});

	readonly rotate = ({ clear = false }: { readonly clear?: boolean } = {}): Promise<void> => this.#source.rotate(clear);

	readonly entries = (): Promise<Record<string, unknown>> => this.#source.read();
}
