import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { startEdge } from '../testing/edge.ts';
import { bodyOf, exchange, startBackend } from '../testing/sockets.ts';

const bytes = (length: number) => Buffer.from(Array.from({ length }, (_, i) => (i * 7919 + (i >> 8)) & 0xff));
const chunked = (body: Buffer, size: number, trailers = '') => {
	const pieces: Buffer[] = [];
	for (let at = 0; at < body.length; at += size) {
		const piece = body.subarray(at, at + size);
		pieces.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n'));
	}
	return Buffer.concat([...pieces, Buffer.from(`0\r\n${trailers}\r\n`)]);
};
const HTML = Buffer.from('<!doctype html><html><head><title>é</title></head><body>x</body></html>');

/** As no server here writes them: large digits, leading zeros, extensions. */
const LOOSE_CHUNKS = Buffer.from('00A;a=b;c="d"\r\n0123456789\r\n1\r\nx\r\n0;last\r\n\r\n');

/** What apps answer: status, head lines, the body as it is framed, and what comes before. */
type AppAnswer = readonly [string, readonly string[], Buffer, { readonly before?: string; readonly version?: string }?];

const ANSWERS: readonly AppAnswer[] = [
	['200 OK', ['Content-Type: text/css', 'Content-Length: 0'], Buffer.alloc(0)],
	...[1, 300, 16_384, 70_000].map(
		(size) =>
			[
				'200 Fine',
				['Content-Type: image/png', 'X-Odd:  two  spaces ', `Content-Length: ${size}`],
				bytes(size),
			] as const,
	),
	...[1, 300, 16_384].map(
		(size) =>
			[
				'200 OK',
				['Transfer-Encoding: chunked', 'Content-Type: text/event-stream'],
				chunked(bytes(40_000), size),
			] as const,
	),
	['200 OK', ['Transfer-Encoding: chunked', 'Trailer: X-Sum'], chunked(bytes(10), 3, 'X-Sum: 1\r\n')],
	[
		'200 OK',
		['Content-Encoding: gzip', `Content-Length: ${gzipSync(HTML).length}`, 'Content-Type: text/javascript'],
		gzipSync(HTML),
	],
	['200 OK', ['Content-Type: text/html; charset=utf-8', `Content-Length: ${HTML.length}`], HTML],
	[
		'200 OK',
		['Content-Type: text/html', 'Transfer-Encoding: chunked', "Content-Security-Policy: default-src 'none'"],
		chunked(HTML, 7),
	],
	['206 Partial Content', ['Content-Range: bytes 0-3/9', 'ETag: "a"', 'Content-Length: 4'], bytes(4)],
	['304 Not Modified', ['ETag: W/"a"', 'Cache-Control: max-age=1'], Buffer.alloc(0)],
	['204 No Content', ['X-A: b'], Buffer.alloc(0)],
	['302 Found', ['Location: /there?a=1#b', 'Content-Length: 2'], bytes(2)],
	['302 Found', ['Location: http://other.test/', 'Content-Length: 0'], Buffer.alloc(0)],
	[
		'404 Not Found',
		['Content-Type: application/json', 'Set-Cookie: a=1', 'Set-Cookie: b=2', 'Content-Length: 3'],
		bytes(3),
	],
	['500 Oh', ['Server: \xe9', 'Content-Length: 5'], bytes(5)],
	['200 OK', ['Cache-Control: max-age=9, immutable', 'Vary: Origin', 'vary: Accept', 'Content-Length: 5'], bytes(5)],
	['200 OK', ['Content-Type: text/plain'], bytes(33)],
	['200 OK', ['Content-Type: application/octet-stream', 'Content-Length: 200000'], bytes(200_000)],
	['200 OK', ['Content-Type: text/css', 'Transfer-Encoding: chunked'], LOOSE_CHUNKS],
	[
		'200 OK',
		['Transfer-Encoding: chunked', 'Trailer: X-Sum, X-A'],
		chunked(bytes(9), 4, 'X-Sum: 1\r\nX-A:\r\nx-a: \xe9\r\n'),
	],
	['200 OK', ['Content-Length: 70'], Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'.padEnd(70, '\r\n'))],
	// Cut short, which its client has to see.
	['200 OK', ['Content-Length: 9'], bytes(5)],
	['200 OK', ['Transfer-Encoding: chunked'], Buffer.from('5\r\nhel')],
	['200 OK', ['Content-Encoding: br', 'Content-Type: application/wasm', 'Content-Length: 999'], bytes(999)],
	[
		'206 Partial Content',
		['Content-Type: multipart/byteranges; boundary=x', 'Accept-Ranges: bytes', 'Content-Length: 60'],
		bytes(60),
	],
	['416 Range Not Satisfiable', ['Content-Range: bytes */9', 'Content-Length: 0'], Buffer.alloc(0)],
	['304 Not Modified', ['ETag: "a"', 'Content-Length: 70', 'Last-Modified: then', 'Expires: 0'], Buffer.alloc(0)],
	['201 Created', ['Location: /new', 'Content-Location: /new', 'Content-Length: 0'], Buffer.alloc(0)],
	['308 Permanent Redirect', ['Location: ?b#c', 'Refresh: 1; url=/x', 'Content-Length: 0'], Buffer.alloc(0)],
	[
		'401 Unauthorized',
		['WWW-Authenticate: Basic', 'WWW-Authenticate: Digest a="b", c=d', 'Content-Length: 0'],
		Buffer.alloc(0),
	],
	['200', ['Content-Length: 1'], bytes(1)],
	['299 caf\xe9 \t', ['Content-Length: 1'], bytes(1)],
	['200 OK', ['ETag: odd', 'eTaG: ""', 'etag: W/"\xe9"', 'Content-Length: 1'], bytes(1)],
	[
		'200 OK',
		["X!#$%&'*+-.^_`|~1: a\tb", 'X-Empty:', 'x-empty: ', `X-Long: ${'a, '.repeat(3_000)}`, 'Content-Length: 1'],
		bytes(1),
	],
	[
		'200 OK',
		['Cache-Control: no-store', 'cache-control: private', 'Age: 0', 'Link: </a>', 'Link: </b>', 'Content-Length: 1'],
		bytes(1),
	],
	[
		'200 OK',
		['Content-Type: text/html; charset=UTF-16LE', 'Content-Disposition: attachment', 'Content-Length: 4'],
		bytes(4),
	],
	[
		'200 OK',
		['Content-Type: text/javascript', 'Service-Worker-Allowed: /', 'SourceMap: x.map', 'Content-Length: 4'],
		bytes(4),
	],
	['200 OK', ['Content-Length: 3'], bytes(3), { version: '1.0' }],
	['200 OK', ['Content-Type: text/plain'], bytes(70_000), { version: '1.0' }],
	...[
		'HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\nlink: </b.css>\r\n\r\n',
		'HTTP/1.1 102 Processing\r\n\r\n'.repeat(2),
		'HTTP/1.1 100 Continue\r\n\r\n',
	].map((before) => ['200 OK', ['Content-Type: text/css', 'Content-Length: 300'], bytes(300), { before }] as const),
];

/** Method, head lines, body, and what else is not as usual. */
type ClientAsks = readonly [
	string,
	readonly string[],
	string,
	{ readonly version?: string; readonly origin?: string }?,
];

const REQUESTS: readonly ClientAsks[] = [
	['GET', ['Accept: */*'], ''],
	['HEAD', ['Accept: */*'], ''],
	[
		'GET',
		['Sec-Fetch-Dest: script', 'Sec-Fetch-Mode: no-cors', 'Accept-Encoding: gzip, br, zstd', 'Range: bytes=0-3'],
		'',
	],
	['GET', ['Sec-Fetch-Dest: empty', 'Sec-Fetch-Mode: cors', 'Accept: text/html', 'Referer: http://app.test/?a=1'], ''],
	// Validators of another version, or of none.
	['GET', ['If-Range: x', 'Range: bytes=0-3', 'If-Match: "a", *'], ''],
	['GET', ['Accept: */*'], '', { version: '1.0' }],
	['GET', ['TE: trailers', 'Accept: */*'], '', { origin: 'http://app.test' }],
	['OPTIONS', ['Origin: http://app.test', 'Access-Control-Request-Method: PUT'], ''],
	['POST', ['Content-Type: text/plain', 'Content-Length: 5', 'Origin: http://app.test'], 'hello'],
	['POST', ['Expect: 100-continue', 'Content-Length: 3'], '\xff\0\n'],
	['PUT', ['Transfer-Encoding: chunked', 'X-A: 1', 'x-a: 2'], '3\r\nabc\r\n0\r\n\r\n'],
	['PATCH', ['Transfer-Encoding: chunked', 'Trailer: X-T'], '003;a=b\r\nabc\r\n0\r\nX-T: 1\r\n\r\n'],
	['DELETE', ["X!#$%&'*+-.^_`|~1: \xe9", 'X-Empty:', 'X-Tab: a\tb', 'x-empty: '], ''],
];
/** So many of them are asked for every answer, and the others for one in so many. */
const FULL = 4;
/** And so many with each kind of pin as well. */
const PINNED = 2;
const asks = (request: number) =>
	ANSWERS.flatMap((_, index) => (request < FULL || index % FULL === request % FULL ? [index] : []));
/** Beside the app's own, of which nothing may be lost. */
const COOKIES = 'a=1; b="2";c=3; =x; xpulse_page=one';
const PINS = {
	query: { query: '&pulse_deployment=one', lines: [`Cookie: ${COOKIES}`] },
	header: { query: '', lines: ['x-pulse-deployment: one', `Cookie: ${COOKIES}`] },
	cookie: { query: '', lines: [`Cookie: ${COOKIES}; pulse_page=one`] },
	none: { query: '', lines: [`Cookie: ${COOKIES}`] },
} as const;

/** The named headers, as they would be without the edge. */
const named = (answer: string) =>
	answer
		.slice(0, HEAD_BYTES)
		.replace(/^(etag: (?:W\/)?")one:/gim, '$1')
		.replace(/^(location: .*?)[?&]pulse_deployment=one/gim, '$1')
		.replace(/^vary: (?:Cookie|Sec-Fetch-Dest|Cookie, Sec-Fetch-Dest|x-pulse-deployment)\r\n/gm, '') +
	answer.slice(HEAD_BYTES);
/** More than any head of these has. */
const HEAD_BYTES = 12_000;

const sum = (text: string) => createHash('sha256').update(text).digest('hex');

test('what is no document is the same, byte for byte, with and without the rules for container apps, whatever pins it: requests and answers (C1.3) (C1.9)', async () => {
	const asked: string[] = [];
	const backend = await startBackend(async (request) => {
		const { method, url, rawHeaders, socket } = request;
		const body = (await bodyOf(request)).toString('latin1');
		asked.push(JSON.stringify([method, url, rawHeaders, body, request.rawTrailers]));
		const [status, lines, answer, { before = '', version = '1.1' } = {}] = ANSWERS[Number(/\d+/.exec(url!)![0])]!;
		const head = [`${before}HTTP/${version} ${status}`, ...lines, 'Connection: close'].join('\r\n');
		const bodiless = method === 'HEAD' || /^[23]04/.test(status);
		socket.end(Buffer.concat([Buffer.from(`${head}\r\n\r\n`, 'latin1'), bodiless ? Buffer.alloc(0) : answer]));
	});
	const run = async (container: boolean, pin: keyof typeof PINS, requests: readonly ClientAsks[]) => {
		const edge = await startEdge({
			deployments: { one: backend },
			...(container ? { container: { affinity: 'tab', healthPath: '/' } as const } : {}),
		});
		const from = asked.length;
		const answers: string[] = [];
		const { query, lines: pinning } = PINS[pin];
		for (const [at, [method, lines, body, { version = '1.1', origin = '' } = {}]] of requests.entries())
			for (const index of asks(at)) {
				const head = [
					`${method} ${origin}/${index}?x=%20&y${query} HTTP/${version}`,
					...['Host: app.test', 'X-Request-Id: 1', ...pinning, ...lines, 'Connection: close'],
				];
				answers.push(await exchange(edge.port, Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`, 'latin1')));
			}
		return { answers: answers.map(named), requests: asked.slice(from).map(withoutForeign) };
	};
	const plain = await run(false, 'none', REQUESTS);
	for (const answer of plain.answers) expect(answer).toMatch(/^HTTP\/1\.1 [12345]/);
	for (const pin of ['none', 'query', 'header', 'cookie'] as const) {
		const requests = pin === 'none' ? REQUESTS : REQUESTS.slice(0, PINNED);
		const edited = await run(true, pin, requests);
		for (const [i, answer] of edited.answers.entries()) {
			expect(answer, `${pin}: ${edited.requests[i]}`).toBe(plain.answers[i]);
		}
		expect(sum(edited.requests.join('\n')), pin).toBe(sum(plain.requests.slice(0, edited.requests.length).join('\n')));
	}
}, 60_000);

/** No validator of a version goes to another: these named none (contract C1.9). */
function withoutForeign(request: string): string {
	return request.replace('"If-Range","x","Range","bytes=0-3",', '');
}
