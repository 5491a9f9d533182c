import { serialize } from '../wire/serialize.ts';
import { type CookieSession, decodeCookie, encodeCookie } from './cookie-codec.ts';
import { type SessionData, type SessionKeeper, SupersededError } from './keeper.ts';
import type { SidIssuer } from './sid.ts';

/** A cookie has no room for a longer history. */
const MAX_FORMER_IDS = 3;
/** This many former ids are remembered and refused; the oldest are forgotten beyond that. */
const MAX_SUPERSEDED = 10_000;

interface Held {
	data: SessionData;
	formerly: readonly string[];
	/** Changed keys that no cookie carries yet, laid over whatever cookie comes next. */
	pending: Map<string, { readonly value: unknown } | null>;
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
	const held = new Map<string, Held>();
	const superseded = new Map<string, string>();

	const forgetLater = (sid: string, entry: Held) => {
		clearTimeout(entry.timer);
		entry.timer = setTimeout(() => (isLive(sid) ? forgetLater(sid, entry) : held.delete(sid)), forgetMs).unref();
	};
	const hold = (sid: string): Held => {
		const successor = superseded.get(sid);
		if (successor !== undefined) throw new SupersededError(successor);
		const entry: Held = held.get(sid) ?? { data: {}, formerly: [], pending: new Map() };
		held.set(sid, entry);
		forgetLater(sid, entry);
		return entry;
	};
	const encode = (sid: string, { data, formerly }: Pick<Held, 'data' | 'formerly'>) =>
		encodeCookie({ sid, data, ...(formerly.length === 0 ? {} : { formerly }) }, secrets[0]);
	const supersede = (sid: string, successor: string) => {
		clearTimeout(held.get(sid)?.timer);
		held.delete(sid);
		superseded.set(sid, successor);
		const [oldest] = superseded.keys();
		if (superseded.size > MAX_SUPERSEDED && oldest !== undefined) superseded.delete(oldest);
	};

	return {
		cookieCarriesData: true,
		resolve: async (cookie) => {
			const session = decodeAny(cookie, secrets);
			if (session === null || superseded.has(session.sid)) return null;
			const entry = hold(session.sid);
			entry.data = { ...session.data };
			entry.formerly = session.formerly ?? [];
			for (const [key, change] of entry.pending) {
				if (change === null) delete entry.data[key];
				else entry.data[key] = change.value;
			}
			return session.sid;
		},
		create: async () => {
			const sid = issuer.issue();
			hold(sid);
			return sid;
		},
		read: async (sid) => structuredClone(hold(sid).data),
		change: async (sid, change) => {
			const entry = hold(sid);
			const data = structuredClone(entry.data);
			const result = change(data);
			encode(sid, { ...entry, data });
			for (const key of new Set([...Object.keys(data), ...Object.keys(entry.data)])) {
				if (isSame(ownOf(data, key), ownOf(entry.data, key))) continue;
				entry.pending.set(key, Object.hasOwn(data, key) ? { value: data[key] } : null);
			}
			entry.data = data;
			return result;
		},
		rotate: async (sid, clear) => {
			const entry = hold(sid);
			const successor = issuer.issue();
			const next = {
				data: clear ? {} : entry.data,
				formerly: [sid, ...entry.formerly].slice(0, MAX_FORMER_IDS),
			};
			encode(successor, next);
			supersede(sid, successor);
			Object.assign(hold(successor), next);
			return successor;
		},
		succeeds: async (sid, former) => held.get(sid)?.formerly.includes(former) ?? false,
		cookieFor: async (sid) => {
			const entry = hold(sid);
			entry.pending.clear();
			return encode(sid, entry);
		},
		touch: async () => {},
		release: (sid) => {
			const entry = held.get(sid);
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

/** A visitor may call a key `valueOf`. */
function ownOf(data: SessionData, key: string): unknown {
	return Object.hasOwn(data, key) ? data[key] : undefined;
}
