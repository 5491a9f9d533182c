import { deserialize, serialize } from '../wire/serialize.ts';
import type { SessionData, SessionKeeper } from './keeper.ts';
import { isSid, type SidIssuer } from './sid.ts';
import type { SessionStore } from './store.ts';

/** More lost races than this in a row means a store that cannot compare, not a busy session. */
const MAX_ATTEMPTS = 50;

/** Sessions in a {@link SessionStore}; the cookie holds the id. */
export function createServerKeeper(options: {
	readonly store: SessionStore;
	readonly issuer: SidIssuer;
	readonly ttlMs: number;
	/** Whether a render session of this id is alive here: its owner is known even after the store lost it. */
	readonly isLive: (sid: string) => boolean;
}): SessionKeeper {
	const { store, issuer, ttlMs } = options;
	return {
		cookieCarriesData: false,
		resolve: async (cookie) => {
			if (!isSid(cookie)) return null;
			const known = issuer.recognises(cookie) || options.isLive(cookie) || (await store.read(cookie)) !== null;
			return known ? cookie : null;
		},
		create: async () => {
			const sid = issuer.issue();
			// Without a MAC the store is all that says later that this id is ours.
			if (!issuer.signs) await store.write(sid, encode({}), null, ttlMs);
			return sid;
		},
		read: async (sid) => decode(await store.read(sid)),
		change: async (sid, change) => {
			for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
				const before = await store.read(sid);
				const data = decode(before);
				const result = change(data);
				if (await store.write(sid, encode(data), before, ttlMs)) return result;
			}
			throw new Error('the session store refused every write: does it compare and set?');
		},
		cookieFor: async (sid) => sid,
		touch: (sid) => store.touch(sid, ttlMs),
		release: () => {},
	};
}

function encode(data: SessionData): string {
	return JSON.stringify(serialize(data));
}

function decode(value: string | null): SessionData {
	return value === null ? {} : (deserialize(JSON.parse(value)) as SessionData);
}
