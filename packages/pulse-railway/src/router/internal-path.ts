import { INTERNAL_PATH } from '../protocol.ts';

/**
 * Is this raw path, in any reading that some backend might give it, at or below `/_pulse/internal`?
 *
 * The path is forwarded untouched, so the question is never what it says but what a backend could make of it: percent
 * escapes (once or more often), backslashes, dot segments, empty segments, `;params`, an escaped `?` or `#`, a leading
 * `//host`, overlong UTF-8, compatibility characters, control characters, letter case — in an order of its own. No order is
 * tried: a path that a backend could rewrite at all is refused when a segment `_pulse` comes anywhere before a segment
 * `internal`. Without rewriting, a public path has no such segments: `/_pulse/*` is reserved.
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

function readsAsInternal(text: string): boolean {
	const folded = text.normalize('NFKC').toLowerCase();
	const bare = folded.replace(CONTROL, '');
	if (!bare.includes('_pulse') || !bare.includes('internal')) return false;
	// Some servers skip control characters, some cut a name at them.
	return [bare, folded].some((reading) => {
		const segments = reading.split(/[/\\]/).map((segment) => segment.replace(REST, ''));
		const at = segments.indexOf('_pulse');
		return at !== -1 && segments.includes('internal', at + 1);
	});
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
const CONTROL = /[\x00-\x20\x7f]/g;
/** Parameters, a query, a fragment, or what a cut at a control character drops. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
const REST = /[;?#\x00-\x20\x7f].*$/s;

function below(path: string): boolean {
	return path.startsWith(INTERNAL_PATH) && (path.length === INTERNAL_PATH.length || path[INTERNAL_PATH.length] === '/');
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
