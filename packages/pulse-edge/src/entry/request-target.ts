/** A request target, split but never decoded: what is forwarded is `forward`, byte for byte. */
export interface RequestTarget {
	/** What the backend gets. Equal to the raw target unless that was in absolute form. */
	readonly forward: string;
	/** Raw path, `*` for the asterisk form. */
	readonly path: string;
	/** Raw query without the question mark. */
	readonly query: string;
	/** Authority of an absolute-form target: it replaces `Host` (RFC 9112 §3.2.2), else the two could disagree. */
	readonly authority: string | null;
}

/** Without userinfo: cut off, it would name another host; left on, it would be logged and forwarded. */
const ABSOLUTE = /^https?:\/\/([^/?#\\@,\s]+)(?=[/?#]|$)(.*)$/i;

/** `null` for a target that no backend could be asked for. */
export function parseRequestTarget(raw: string): RequestTarget | null {
	if (raw.charCodeAt(0) === 47 /* / */ || raw === '*') return split(raw, null);
	const absolute = ABSOLUTE.exec(raw);
	if (!absolute) return null;
	const rest = absolute[2]!;
	return split(rest.startsWith('/') ? rest : `/${rest}`, absolute[1]!);
}

function split(forward: string, authority: string | null): RequestTarget {
	const mark = forward.indexOf('?');
	if (mark === -1) return { forward, path: forward, query: '', authority };
	return { forward, path: forward.slice(0, mark), query: forward.slice(mark + 1), authority };
}
