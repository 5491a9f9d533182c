import { parseFields } from '../upstream/parse-fields.ts';
import { Spellings } from './spellings.ts';

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
const VERSION = ' HTTP/1.1';
/** Narrower than the one in `request-head.ts`, which judges it once more for both parsers: a second wall, kept on purpose. */
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

const kinds = new Spellings<Kind>((lower) => (Object.hasOwn(KINDS, lower) ? KINDS[lower]! : 'plain'));

/**
 * Reads the request that begins what was read, if all of it is there. `null` for everything that is not plainly that: what
 * is incomplete, of another version, framed in another way or in any byte unusual is for Node's parser to judge. So this may
 * refuse whatever it likes, but what it accepts it must read as Node does: fuzzed against it in `read-request.test.ts`.
 * `length`: of all that was read, of which `text` may be the first part only.
 */
export function readRequest(text: string, length: number): WholeRequest | null {
	const head = text.indexOf('\r\n\r\n');
	if (head === -1 || head > MAX_HEAD) return null;
	// No client writes one, and Node misreads a length with a tab behind it.
	const tab = text.indexOf('\t');
	if (tab !== -1 && tab < head) return null;
	const firstEnd = text.indexOf('\r\n');
	const space = text.indexOf(' ');
	const method = METHODS.find((known) => known.length === space && text.startsWith(known));
	if (method === undefined || !text.startsWith(VERSION, firstEnd - VERSION.length)) return null;
	const target = text.slice(space + 1, firstEnd - VERSION.length);
	if (!TARGET.test(target)) return null;
	const headers = parseFields(text.slice(firstEnd + 2, head));
	if (headers === null || headers.length > 2 * MAX_HEADERS) return null;
	let hosts = 0;
	let contentLength = -1;
	let connections = 0;
	let keepAlive = true;
	for (let i = 0; i < headers.length; i += 2) {
		const value = headers[i + 1]!;
		switch (kinds.of(headers[i]!)) {
			case 'plain':
				break;
			case 'host':
				if (hosts++ > 0 || !HOST.test(value)) return null;
				break;
			case 'length':
				if (contentLength !== -1 || !LENGTH.test(value)) return null;
				contentLength = Number(value);
				break;
			case 'connection':
				keepAlive = value.toLowerCase() !== 'close';
				if (++connections > 1 || (keepAlive && value.toLowerCase() !== 'keep-alive')) return null;
				break;
			case 'refused':
				return null;
		}
	}
	if (hosts !== 1) return null;
	const bodyAt = head + 4;
	const end = bodyAt + Math.max(0, contentLength);
	return end <= length ? { method, target, headers, keepAlive, bodyAt, end } : null;
}
