/** A request that arrived whole and means one thing to every reader. */
export interface WholeRequest {
	readonly method: string;
	readonly target: string;
	/** Flat, as received: name, value, name, value. Names keep their case, values are latin1. */
	readonly headers: string[];
	/** Its client sends another one on the same connection, or may. */
	readonly keepAlive: boolean;
	/** Where its body begins, and where it ends. */
	readonly bodyAt: number;
	readonly end: number;
}

/** Beyond it a head is left to Node's parser, whose limits then hold. */
export const MAX_HEAD = 16_384;
const MAX_HEADERS = 100;
const METHODS = ['GET', 'POST', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
/** Origin form, without a fragment. */
const TARGET = /^\/[!"$-~]*$/;
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Control characters; line ends are looked at where lines end. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
const FORBIDDEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/;
const VERSION = ' HTTP/1.1';
const HOST = /^[A-Za-z0-9.:[\]_-]+$/;
const LENGTH = /^\d{1,15}$/;

type Kind = 'plain' | 'host' | 'length' | 'connection' | 'refused';

/** What changes the framing, the protocol or whose turn it is goes the way that knows all of it. */
const KINDS: Readonly<Record<string, Kind>> = {
	host: 'host',
	'content-length': 'length',
	connection: 'connection',
	'proxy-connection': 'refused',
	'transfer-encoding': 'refused',
	trailer: 'refused',
	upgrade: 'refused',
	'http2-settings': 'refused',
	expect: 'refused',
};

/** Each spelling of a name is judged once. Bounded, because clients choose them. */
const spellings = new Map<string, Kind>();
const MAX_SPELLINGS = 512;
const MAX_SPELLING = 40;

function kindOf(name: string): Kind {
	const known = spellings.get(name);
	if (known !== undefined) return known;
	if (!NAME.test(name)) return 'refused';
	const lower = name.toLowerCase();
	const kind = Object.hasOwn(KINDS, lower) ? KINDS[lower]! : 'plain';
	// A copy: a slice would keep the whole head that it was cut from.
	if (spellings.size < MAX_SPELLINGS && name.length <= MAX_SPELLING) spellings.set(Buffer.from(name).toString(), kind);
	return kind;
}

/**
 * Reads the request that begins what was read, if all of it is there. `null` for everything that is not plainly that: what
 * is incomplete, of another version, framed in another way or in any byte unusual is for Node's parser to judge. So this may
 * refuse whatever it likes, but what it accepts it must read as Node does: fuzzed against it in `read-request.test.ts`.
 * `length`: of all that was read, of which `text` may be the first part only.
 */
export function readRequest(text: string, length: number): WholeRequest | null {
	const head = text.indexOf('\r\n\r\n');
	if (head === -1 || head > MAX_HEAD || FORBIDDEN.test(text.slice(0, head))) return null;
	const firstEnd = text.indexOf('\r\n');
	const space = text.indexOf(' ');
	const method = METHODS.find((known) => known.length === space && text.startsWith(known));
	if (method === undefined || !text.startsWith(VERSION, firstEnd - VERSION.length)) return null;
	const target = text.slice(space + 1, firstEnd - VERSION.length);
	if (!TARGET.test(target)) return null;
	const headers: string[] = [];
	let hosts = 0;
	let contentLength = -1;
	let connections = 0;
	let keepAlive = true;
	for (let at = firstEnd + 2; at < head + 2; ) {
		const end = text.indexOf('\n', at) - 1;
		const colon = text.indexOf(':', at);
		if (colon <= at || colon >= end || text.indexOf('\r', at) !== end) return null;
		const name = text.slice(at, colon);
		let from = colon + 1;
		let to = end;
		while (from < to && isBlank(text.charCodeAt(from))) from++;
		while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
		const value = text.slice(from, to);
		switch (kindOf(name)) {
			case 'plain':
				break;
			case 'host':
				if (hosts++ > 0 || !HOST.test(value)) return null;
				break;
			case 'length':
				// Node misreads a length with a tab behind it.
				if (contentLength !== -1 || to !== end || !LENGTH.test(value)) return null;
				contentLength = Number(value);
				break;
			case 'connection':
				keepAlive = value.toLowerCase() !== 'close';
				if (++connections > 1 || (keepAlive && value.toLowerCase() !== 'keep-alive')) return null;
				break;
			case 'refused':
				return null;
		}
		headers.push(name, value);
		at = end + 2;
	}
	if (hosts !== 1 || headers.length > 2 * MAX_HEADERS) return null;
	const bodyAt = head + 4;
	const end = bodyAt + Math.max(0, contentLength);
	return end <= length ? { method, target, headers, keepAlive, bodyAt, end } : null;
}

function isBlank(code: number): boolean {
	return code === 32 || code === 9;
}
