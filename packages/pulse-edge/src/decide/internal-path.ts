import { INTERNAL_PATH } from '../protocol.ts';
import { decodedFully } from './decode-fully.ts';

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
	return readsAsInternal(path, false);
}

/** Nothing in it that any backend rewrites. */
const PLAIN = /^(?:\/[A-Za-z0-9_~!$&'()*+,=:@-][A-Za-z0-9_~!$&'()*+,=:@.-]*)*\/?$/;
/** Compatibility characters may be folded into further escapes; nothing that is meant to be read does so twice. */
const MAX_FOLDS = 3;

/**
 * A backend that decodes less often reads no more than this does: a segment without escapes stays what it is, whatever becomes of
 * those around it. Linear in the path's length, because any client may send 64 KB of it.
 */
function readsAsInternal(path: string, skipControl: boolean): boolean {
	let text = path;
	for (let folds = 0; folds < MAX_FOLDS; folds++) {
		text = folded(decodedFully(text, skipControl));
		if (skipControl) text = text.replace(CONTROLS, '');
		const first = PULSE.exec(text);
		if (first !== null && INTERNAL.test(text.slice(first.index + 1))) return true;
		// Some servers cut a name at a control character, some skip them, between the halves of an escape too.
		if (!skipControl && CONTROL.test(text) && readsAsInternal(path, true)) return true;
		if (!ESCAPE.test(text)) return false;
	}
	return true;
}

/** As segments, up to parameters, a query, a fragment, or what a cut at a control character drops. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
const PULSE = /(?:^|[/\\])_pulse(?=[/\\;?#\x00-\x20\x7f]|$)/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
const INTERNAL = /[/\\]internal(?=[/\\;?#\x00-\x20\x7f]|$)/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
const CONTROL = /[\x00-\x20\x7f]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
const CONTROLS = /[\x00-\x20\x7f]+/g;
const ESCAPE = /%(?:[0-9a-f]{2}|u[0-9a-f]{4})/;

/** In lower case, with every character that some normal form turns into ASCII turned into that. */
function folded(text: string): string {
	const lower = text.toLowerCase();
	return BEYOND_ASCII.test(lower) ? lower.replace(FOLDING, foldedCharacter) : lower;
}

const BEYOND_ASCII = /[^\0-\x7f]/;
/** What NFKC and case folding change, and the dotless i, whose upper case is an I. */
const FOLDING = /[\p{Changes_When_NFKC_Casefolded}\u0131]/gu;
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;
/** At most the ten thousand characters of {@link FOLDING}. */
const characters = new Map<string, string>();

function foldedCharacter(character: string): string {
	const known = characters.get(character);
	if (known !== undefined) return known;
	const ascii = character
		.normalize('NFKC')
		.toUpperCase()
		.toLowerCase()
		.replace(/[^\0-\x7f]+/g, '*');
	// One that becomes a sentence becomes no name: only its beginning can end one.
	const short = /[/\\%]/.test(ascii) ? ascii : ascii.replace(/\*.+$/, '*');
	const result = INVISIBLE.test(character) ? '' : short;
	characters.set(character, result);
	return result;
}

function below(path: string): boolean {
	return path.startsWith(INTERNAL_PATH) && (path.length === INTERNAL_PATH.length || path[INTERNAL_PATH.length] === '/');
}
