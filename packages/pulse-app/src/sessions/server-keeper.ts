import { deserialize, serialize } from '../wire/serialize.ts';
import { type SessionData, type SessionKeeper, SupersededError } from './keeper.ts';
import { isSid, type SidIssuer } from './sid.ts';
import type { SessionStore } from './store.ts';

/** More lost races than this in a row means a store that cannot compare, not a busy session. */
const MAX_ATTEMPTS = 50;
/** After a store failed to answer, pages that need none of its data do not wait for it for so long. */
const AWAY_MS = 5_000;
/** A user whose id changed more often while a tab was away has to load that tab anew. */
const MAX_SUCCESSORS = 8;

/** Sessions in a {@link SessionStore}; the cookie holds the id. Under a former id stands the one that took its place. */
export function createServerKeeper(options: {
	readonly store: SessionStore;
	readonly issuer: SidIssuer;
	readonly ttlMs: number;
	/** Whether a render session of this id is alive here: its owner is known even after the store lost it. */
	readonly isLive: (sid: string) => boolean;
	readonly onUnreadable?: (error: unknown) => void;
}): SessionKeeper {
	const { store, issuer, ttlMs } = options;
	let awayUntil = 0;
	const load = async (sid: string): Promise<string | null> => {
		const value = await store.read(sid);
		const successor = successorIn(value);
		if (successor !== null) throw new SupersededError(successor);
		return value;
	};
	const untilWritten = async <T>(attempt: () => Promise<{ readonly result: T } | null>): Promise<T> => {
		for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts += 1) {
			const done = await attempt();
			if (done !== null) return done.result;
		}
		throw new Error('the session store refused every write: does it compare and set?');
	};

	return {
		cookieCarriesData: false,
		resolve: async (cookie) => {
			if (!isSid(cookie)) return null;
			const vouched = issuer.recognises(cookie) || options.isLive(cookie);
			if (vouched && Date.now() < awayUntil) return cookie;
			try {
				const value = await store.read(cookie);
				return successorIn(value) === null && (vouched || value !== null) ? cookie : null;
			} catch (error) {
				// Without the store no data of a session can be read, and pages that need none of it go on.
				if (!vouched) throw error;
				awayUntil = Date.now() + AWAY_MS;
				options.onUnreadable?.(error);
				return cookie;
			}
		},
		create: async () => {
			const sid = issuer.issue();
			// Without a MAC the store is all that says later that this id is ours.
			if (!issuer.signs) await store.write(sid, encode({}), null, ttlMs);
			return sid;
		},
		read: async (sid) => decode(await load(sid)),
		change: (sid, change) =>
			untilWritten(async () => {
				const before = await load(sid);
				const data = decode(before);
				const result = change(data);
				return (await store.write(sid, encode(data), before, ttlMs)) ? { result } : null;
			}),
		rotate: async (sid, clear) => {
			const successor = issuer.issue();
			let moved: string | null = null;
			try {
				// The new entry first: at no point are the data gone. What another request writes in between moves with the next attempt.
				return await untilWritten(async () => {
					const before = await load(sid);
					const value = clear ? null : before;
					const next = value ?? (issuer.signs && moved === null ? null : encode({}));
					if (next !== null && !(await store.write(successor, next, moved, ttlMs))) return null;
					moved = next;
					return (await store.write(sid, encode(successor), before, ttlMs)) ? { result: successor } : null;
				});
			} catch (error) {
				if (moved !== null) await store.delete(successor).catch(() => {});
				throw error;
			}
		},
		succeeds: async (sid, former) => {
			let id: string | null = former;
			for (let hops = 0; id !== null && hops < MAX_SUCCESSORS; hops += 1) {
				id = successorIn(await store.read(id));
				if (id === sid) return true;
			}
			return false;
		},
		cookieFor: async (sid) => sid,
		touch: (sid) => store.touch(sid, ttlMs),
		release: () => {},
	};
}

function encode(value: SessionData | string): string {
	return JSON.stringify(serialize(value));
}

function decode(value: string | null): SessionData {
	return value === null ? {} : (deserialize(JSON.parse(value)) as SessionData);
}

/** A session is an object, so no visitor can make one that reads as the id of another. */
function successorIn(value: string | null): string | null {
	return /^\[\[\[\],\[\],\[\],\[\]\],"([0-9a-f]{32})"\]$/.exec(value ?? '')?.[1] ?? null;
}
