import { editedLines } from './header-lines.ts';

/**
 * Two versions may give the same validator to different bytes, and a browser's cache knows the address alone: a page of one
 * version would run the scripts of another. So a validator names its version, and goes back to no other (contract C1.9).
 */
export function etagOf(value: string, id: string): string {
	if (value.charCodeAt(0) === QUOTE) return `"${id}:${value.slice(1)}`;
	return value.startsWith('W/"') ? `W/"${id}:${value.slice(3)}` : value;
}

const QUOTE = 34;

/** The validators of a request as `id` knows them; another version's are not passed on. */
export function validatorsFor(given: string, raw: readonly string[], id: string): string {
	let lines = given;
	let known = false;
	lines = editedLines(lines, raw, 'if-none-match', (value) => {
		const own = ownEtags(value, id);
		known ||= own !== '';
		return own;
	});
	// A date says nothing of a version: builds of one time differ, and those of two times may not.
	if (!known) lines = editedLines(lines, raw, 'if-modified-since', () => '');
	// What must match has to fail where it does not: another version's stay as they are.
	lines = editedLines(lines, raw, 'if-match', (value) => value.replaceAll(`"${id}:`, '"'));
	let whole = false;
	lines = editedLines(lines, raw, 'if-range', (value) => {
		const own = ownEtags(value, id);
		whole = own === '';
		return own;
	});
	return whole ? editedLines(lines, raw, 'range', () => '') : lines;
}

function ownEtags(list: string, id: string): string {
	if (list.trim() === '*') return list;
	const own: string[] = [];
	for (const [tag, weak = '', opaque = ''] of list.matchAll(/(W\/)?"([^"]*)"/g)) {
		if (tag !== '' && opaque.startsWith(`${id}:`)) own.push(`${weak}"${opaque.slice(id.length + 1)}"`);
	}
	return own.join(', ');
}
