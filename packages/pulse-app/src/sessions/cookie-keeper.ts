import { serialize } from '../wire/serialize.ts';
import { type CookieSession, decodeCookie, encodeCookie } from './cookie-codec.ts';
import { ownValue, type SessionKeeper, SupersededError } from './keeper.ts';
import type { SidIssuer } from './sid.ts';

/** A cookie has no room for a longer history. */
const MAX_FORMER_IDS = 3;
/** This many former ids are remembered and refused; the oldest are forgotten beyond that. */
const MAX_SUPERSEDED = 10_000;

interface Entry {
	session: CookieSession;
	/** Changed keys that no cookie carries yet, laid over whatever cookie comes next. */
	readonly pending: Map<string, { readonly value: unknown } | null>;
	timer?: NodeJS.Timeout;
}

/**
 * Sessions in the browser's cookie. This process remembers the data that it saw last while it needs them; a cookie that
 * another deployment has written meanwhile replaces them, and only the keys changed here are laid over it.
 */
export function createCookieKeeper(options: {
	/** The first one signs, all are accepted. */
	readonly secrets: readonly [string, ...string[]];
	readonly issuer: SidIssuer;
	/** How long data of a user without a render session are remembered. */
	readonly forgetMs: number;
	readonly isLive: (sid: string) => boolean;
}): SessionKeeper {
	const { secrets, issuer, forgetMs, isLive } = options;
	const entries = new Map<string, Entry>();
	const superseded = new Map<string, string>();

	const forgetLater = (sid: string, entry: Entry) => {
		clearTimeout(entry.timer);
		entry.timer = setTimeout(() => (isLive(sid) ? forgetLater(sid, entry) : entries.delete(sid)), forgetMs).unref();
	};
	const entryOf = (sid: string): Entry => {
		const successor = superseded.get(sid);
		if (successor !== undefined) throw new SupersededError(successor);
		const entry = entries.get(sid) ?? { session: { sid, data: {} }, pending: new Map() };
		entries.set(sid, entry);
		forgetLater(sid, entry);
		return entry;
	};
	const encode = (session: CookieSession) => encodeCookie(session, secrets[0]);
	const supersede = (sid: string, successor: string) => {
		clearTimeout(entries.get(sid)?.timer);
		entries.delete(sid);
		superseded.set(sid, successor);
		const [oldest] = superseded.keys();
		if (superseded.size > MAX_SUPERSEDED && oldest !== undefined) superseded.delete(oldest);
	};

	return {
		cookieCarriesData: true,
		resolve: async (cookie) => {
			const session = decodeAny(cookie, secrets);
			if (session === null || superseded.has(session.sid)) return null;
			const entry = entryOf(session.sid);
			entry.session = session;
			for (const [key, change] of entry.pending) {
				if (change === null) delete session.data[key];
				else session.data[key] = change.value;
			}
			return session.sid;
		},
		create: async () => {
			const sid = issuer.issue();
			entryOf(sid);
			return sid;
		},
		read: async (sid) => structuredClone(entryOf(sid).session.data),
		change: async (sid, change) => {
			const entry = entryOf(sid);
			const { data: before } = entry.session;
			const data = structuredClone(before);
			const result = change(data);
			const session = { ...entry.session, data };
			encode(session);
			for (const key of new Set([...Object.keys(data), ...Object.keys(before)])) {
				if (isSame(ownValue(data, key), ownValue(before, key))) continue;
				entry.pending.set(key, Object.hasOwn(data, key) ? { value: data[key] } : null);
			}
			entry.session = session;
			return result;
		},
		rotate: async (sid, clear) => {
			const { data, formerly = [] } = entryOf(sid).session;
			const successor = issuer.issue();
			const session = {
				sid: successor,
				data: clear ? {} : data,
				formerly: [sid, ...formerly].slice(0, MAX_FORMER_IDS),
			};
			encode(session);
			supersede(sid, successor);
			entryOf(successor).session = session;
			return successor;
		},
		succeeds: async (sid, former) => entries.get(sid)?.session.formerly?.includes(former) ?? false,
		cookieFor: async (sid) => {
			const entry = entryOf(sid);
			entry.pending.clear();
			return encode(entry.session);
		},
		touch: async () => {},
		release: (sid) => {
			const entry = entries.get(sid);
			if (entry !== undefined) forgetLater(sid, entry);
		},
	};
}

function decodeAny(cookie: string, secrets: readonly string[]): CookieSession | null {
	for (const secret of secrets) {
		const session = decodeCookie(cookie, secret);
		if (session !== null) return session;
	}
	return null;
}

function isSame(one: unknown, other: unknown): boolean {
	return JSON.stringify(serialize(one)) === JSON.stringify(serialize(other));
}
