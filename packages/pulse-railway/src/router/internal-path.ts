import { INTERNAL_PATH } from '../protocol.ts';

/**
 * Is this raw path, in any reading that some backend might give it, at or below `/_pulse/internal`?
 *
 * The path is forwarded untouched, so the question is never what it says but what a backend could make of it: percent
 * escapes (once or more often), backslashes, dot segments resolved before or after empty segments are dropped, `;params`,
 * an escaped `?` or `#`, a leading `//host`, overlong UTF-8, compatibility characters, control characters, letter case. Any reading that
 * hits is enough; a public path is never lost by it, because `/_pulse/*` is reserved.
 */
export function isInternalPath(path: string): boolean {
	if (PLAIN.test(path)) return below(path.toLowerCase());
	let text = path;
	for (let round = 0; round < MAX_ROUNDS; round++) {
		if (readsAsInternal(text)) return true;
		const decoded = decodeOnce(text);
		if (decoded === text) return false;
		text = decoded;
	}
	return true;
}

/** Nothing in it that any backend rewrites. */
const PLAIN = /^(?:\/[A-Za-z0-9_~!$&'()*+,=:@-][A-Za-z0-9_~!$&'()*+,=:@.-]*)*\/?$/;
const MAX_ROUNDS = 8;
const MAX_SUSPICIOUS_LENGTH = 4096;

function readsAsInternal(text: string): boolean {
	const folded = text
		.normalize('NFKC')
		.toLowerCase()
		// biome-ignore lint/suspicious/noControlCharactersInRegex: some servers skip or cut at them
		.replace(/[\x00-\x20\x7f]/g, '')
		.replaceAll('\\', '/');
	if (!folded.includes('_pulse') || !folded.includes('internal')) return false;
	if (folded.length > MAX_SUSPICIOUS_LENGTH) return true;
	// A URL parser takes what follows two slashes for a host: `new URL(request.url, base)`.
	const bodies = [folded, folded.replace(/^\/{2,}[^/?#]*/, '')];
	for (const cut of bodies.flatMap((body) => [body, body.split(/[?#]/, 1)[0]!])) {
		for (const bare of [cut, cut.replace(/;[^/]*/g, '')]) {
			for (const flat of [bare, bare.replace(/\/+/g, '/')]) {
				if (below(flat) || below(resolveDots(flat)) || below(resolveDots(flat).replace(/\/+/g, '/'))) return true;
			}
		}
	}
	return false;
}

function below(path: string): boolean {
	return path.startsWith(INTERNAL_PATH) && (path.length === INTERNAL_PATH.length || path[INTERNAL_PATH.length] === '/');
}

function resolveDots(path: string): string {
	const kept: string[] = [];
	for (const segment of path.split('/').slice(1)) {
		if (segment === '..') kept.pop();
		else if (segment !== '.') kept.push(segment);
	}
	return `/${kept.join('/')}`;
}

/** Percent escapes as UTF-8 where they are, else byte by byte; `%uXXXX` and overlong dots and slashes as careless decoders read them. */
function decodeOnce(text: string): string {
	return text
		.replace(/%u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
		.replace(/%(?:c0|e0%80|f0%80%80)%(ae|af|9c)/gi, (_, low: string) => OVERLONG[low.toLowerCase()]!)
		.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
			const bytes = Buffer.from(escapes.replaceAll('%', ''), 'hex');
			const utf8 = bytes.toString('utf8');
			return utf8.includes('\ufffd') ? bytes.toString('latin1') : utf8;
		});
}

const OVERLONG: Readonly<Record<string, string>> = { ae: '.', af: '/', '9c': '\\' };
