/** Names that are tokens, no folded lines, no control characters, no line ends but CRLF; the last one may have its own or not. */
const FIELDS = /^(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*(?:\r\n|$))*$/;

/**
 * Field lines, of heads, both ways, and of trailers, as a flat array: name, value, name, value. `null` when one is malformed.
 * One expression for all of them, because every request and every response comes by here.
 */
export function parseFields(text: string): string[] | null {
	if (!FIELDS.test(text)) return null;
	const fields: string[] = [];
	for (let at = 0; at < text.length; ) {
		const lineEnd = text.indexOf('\r\n', at);
		const end = lineEnd === -1 ? text.length : lineEnd;
		const colon = text.indexOf(':', at);
		let from = colon + 1;
		let to = end;
		while (from < to && isBlank(text.charCodeAt(from))) from++;
		while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
		fields.push(text.slice(at, colon), text.slice(from, to));
		at = end + 2;
	}
	return fields;
}

function isBlank(code: number): boolean {
	return code === 32 || code === 9;
}
