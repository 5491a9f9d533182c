import { decodeCookie, encodeCookie } from './cookie-codec.ts';
import type { SessionData, SessionKeeper } from './keeper.ts';
import type { SidIssuer } from './sid.ts';

interface Held {
	data: SessionData;
	/** Changed keys that no cookie carries yet, laid over whatever cookie comes next. */
	pending: Map<string, { readonly value: unknown } | null>;
	timer?: NodeJS.Timeout;
}

/**
 * Sessions in the browser's cookie. This process remembers the data that it saw last while it needs them; a cookie that
 * another deployment has written meanwhile replaces them, and only the keys changed here are laid over it.
 */
export function createCookieKeeper(options: {
	readonly secret: string;
	readonly issuer: SidIssuer;
	/** How long data of a user without a render session are remembered. */
	readonly forgetMs: number;
	readonly isLive: (sid: string) => boolean;
}): SessionKeeper {
	const { secret, issuer, forgetMs, isLive } = options;
	const held = new Map<string, Held>();

	const forgetLater = (sid: string, entry: Held) => {
		clearTimeout(entry.timer);
		entry.timer = setTimeout(() => (isLive(sid) ? forgetLater(sid, entry) : held.delete(sid)), forgetMs).unref();
	};
	const hold = (sid: string): Held => {
		const entry: Held = held.get(sid) ?? { data: {}, pending: new Map() };
		held.set(sid, entry);
		forgetLater(sid, entry);
		return entry;
	};

	return {
		cookieCarriesData: true,
		resolve: async (cookie) => {
			const session = decodeCookie(cookie, secret);
			if (session === null) return null;
			const entry = hold(session.sid);
			entry.data = { ...session.data };
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
			encodeCookie({ sid, data }, secret);
			for (const key of new Set([...Object.keys(data), ...Object.keys(entry.data)])) {
				if (JSON.stringify(data[key]) === JSON.stringify(entry.data[key])) continue;
				entry.pending.set(key, key in data ? { value: data[key] } : null);
			}
			entry.data = data;
			return result;
		},
		cookieFor: async (sid) => {
			const entry = hold(sid);
			entry.pending.clear();
			return encodeCookie({ sid, data: entry.data }, secret);
		},
		touch: async () => {},
		release: (sid) => {
			const entry = held.get(sid);
			if (entry !== undefined) forgetLater(sid, entry);
		},
	};
}
