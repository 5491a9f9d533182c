import { parseFields } from './parse-fields.ts';

/**
 * A backend's response head, read strictly: what RFC 9112 forbids is refused, never repaired, because a head that two
 * parsers read differently is how one response becomes two. Fuzzed against Node's parser in `parse-response.test.ts`.
 */
export interface ResponseHead {
	readonly status: number;
	readonly reason: string;
	/** Flat, as received: name, value, name, value. Names keep their case, values are latin1. */
	readonly headers: string[];
	/** `-1` without a Content-Length. */
	readonly contentLength: number;
	readonly chunked: boolean;
	/** The connection may serve again. */
	keepAlive: boolean;
	/** Seconds from `Keep-Alive: timeout=`; `-1` when not said. */
	readonly keepAliveTimeout: number;
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?$/;
/** Control characters, and line ends that are not CRLF. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
const FORBIDDEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r[^\n]|[^\r]\n|\r$/;

/** `text` is everything before the blank line. `null` when it is not a response head. */
export function parseHead(text: string): ResponseHead | null {
	let lineEnd = text.indexOf('\r\n');
	if (lineEnd === -1) lineEnd = text.length;
	const line = STATUS_LINE.exec(text.slice(0, lineEnd));
	if (!line) return null;
	// HTTP/1.0 knows no interim responses: to its readers this is the answer.
	if (line[1] === '0' && line[2]![0] === '1') return null;
	const headers = parseFields(text.slice(lineEnd + 2));
	if (!headers) return null;

	let contentLength = -1;
	let chunked = false;
	let keepAlive = line[1] === '1';
	let keepAliveTimeout = -1;
	for (let i = 0; i < headers.length; i += 2) {
		const name = headers[i]!;
		// The names that matter have 10, 14 and 17 characters.
		if (name.length !== 10 && name.length !== 14 && name.length !== 17) continue;
		const value = headers[i + 1]!;
		switch (name.toLowerCase()) {
			case 'content-length':
				if (contentLength !== -1 || !/^0*\d{1,15}$/.test(value)) return null;
				contentLength = Number(value);
				break;
			case 'transfer-encoding':
				if (chunked || value.toLowerCase() !== 'chunked' || line[1] === '0') return null;
				chunked = true;
				break;
			case 'connection':
				if (/(?:^|[\s,])close(?:$|[\s,])/i.test(value)) keepAlive = false;
				else if (line[1] === '0' && /(?:^|[\s,])keep-alive(?:$|[\s,])/i.test(value)) keepAlive = true;
				break;
			case 'keep-alive':
				keepAliveTimeout = Number(/(?:^|[\s,])timeout=(\d{1,6})/i.exec(value)?.[1] ?? -1);
				break;
		}
	}
	if (chunked && contentLength !== -1) return null;
	return {
		status: Number(line[2]),
		reason: line[3] ?? '',
		headers,
		contentLength,
		chunked,
		keepAlive,
		keepAliveTimeout,
	};
}

const BEGINNING = 'HTTP/1.';

/**
 * What came can still become a response head. A backend that speaks TLS, or ends its lines with LF alone, would never send
 * the blank line that ends one, and its client would wait until the idle limit.
 */
export function beginsHead(text: string): boolean {
	if (!text.startsWith(BEGINNING.slice(0, text.length))) return false;
	return !FORBIDDEN.test(begun(text));
}

/** Text that ends anywhere: a CR at its end may be the first half of a line end. */
export function begun(text: string): string {
	return text.endsWith('\r') ? text.slice(0, -1) : text;
}

export function hasForbiddenBytes(text: string): boolean {
	return FORBIDDEN.test(text);
}
