/**
 * The patterns that a line with braces stands for: `railway up` takes `.env.{local,production}` for both, where git takes
 * it by the letter. A line whose braces do not match is left to git's meaning.
 */
export function expandBraces(line: string): readonly string[] {
	if (!line.includes('{') || line.startsWith('#')) return [line];
	const negated = line.startsWith('!');
	const pattern = trimEnd(negated ? line.slice(1) : line);
	const parts = alternatives(pattern);
	if (parts === null) return [line];
	// A slash anywhere but at the end ties the whole pattern to its directory, also those alternatives that have none.
	const anchor = pattern.slice(0, -1).includes('/') && !pattern.startsWith('/') ? '/' : '';
	return parts
		.filter((part) => part !== '' && part !== '/')
		.map(
			(part) => (negated ? '!' : '') + (anchor === '' ? part.replace(/^[#!]/, '\\$&') : `/${part.replace(/^\/+/, '')}`),
		);
}

/** `null` when a brace is not closed, or closed without having been opened. */
function alternatives(pattern: string): readonly string[] | null {
	const [found, rest] = sequence(pattern, 0, false);
	return rest === pattern.length ? found : null;
}

/** What may stand from `at` on, up to the end, or within braces up to the next comma or brace; and where that is. */
function sequence(pattern: string, at: number, within: boolean): [readonly string[], number] {
	let found: readonly string[] = [''];
	while (at < pattern.length) {
		const char = pattern[at];
		if (char === '}' || (within && char === ',')) return [found, at];
		const [parts, next] =
			char === '{' ? group(pattern, at + 1) : [[piece(pattern, at)], at + piece(pattern, at).length];
		if (next < 0) return [[], -1];
		found = found.flatMap((before) => parts.map((part) => before + part));
		if (found.length > MOST) return [[], -1];
		at = next;
	}
	return [found, within ? -1 : at];
}

/** So many patterns in one line are no rule of a person. */
const MOST = 10_000;

function group(pattern: string, at: number): [readonly string[], number] {
	const found: string[] = [];
	for (;;) {
		const [parts, end] = sequence(pattern, at, true);
		if (end < 0) return [[], -1];
		found.push(...parts);
		if (pattern[end] === '}') return [withoutEmpty(found), end + 1];
		at = end + 1;
	}
}

/** The official CLI's library takes no notice of an empty alternative, unless there is no other. */
function withoutEmpty(found: readonly string[]): readonly string[] {
	const some = found.filter((part) => part !== '');
	return some.length === 0 ? [''] : some;
}

/** An escaped character, a class or one character: nothing in the first two is a brace or a comma of ours. */
function piece(pattern: string, at: number): string {
	const rest = pattern.slice(at);
	return /^\\[\s\S]|^\[[!^]?\]?[^\]]*\]/.exec(rest)?.[0] ?? rest.slice(0, 1);
}

/** Spaces at the end count only when escaped. */
function trimEnd(pattern: string): string {
	return pattern.replace(/((?:^|[^\\])(?:\\\\)*(?:\\ )?)\s+$/, '$1');
}
