import type { SessionData } from './keeper.ts';
import type { UserSession } from './user-session.ts';

/** What a {@link UserSession} is made of. */
export interface SessionAccess {
	id(): string | null;
	read(): Promise<SessionData>;
	change<T>(change: (data: SessionData) => T): Promise<T>;
	rotate(clear: boolean): Promise<void>;
}

export function createHandle({ id, read, change, rotate }: SessionAccess): UserSession {
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
		rotate: ({ clear = false } = {}) => rotate(clear),
		entries: read,
	};
}

/** A key may be a visitor's word: `constructor` is not in a session because every object inherits it. */
function own(data: SessionData, key: string): unknown {
	return Object.hasOwn(data, key) ? data[key] : undefined;
}
