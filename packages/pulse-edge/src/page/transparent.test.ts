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

/** What apps answer: head lines, and the body as it is framed. */
const ANSWERS: readonly (readonly [string, readonly string[], Buffer])[] = [
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
];

const REQUESTS: readonly (readonly [string, readonly string[], string])[] = [
	['GET', ['Accept: */*'], ''],
	[
		'GET',
		[
			'Sec-Fetch-Dest: script',
			'Sec-Fetch-Mode: no-cors',
			'Accept-Encoding: gzip, br, zstd',
			'If-Range: x',
			'Range: bytes=0-3',
		],
		'',
	],
	[
		'GET',
		[
			'Sec-Fetch-Dest: empty',
			'Sec-Fetch-Mode: cors',
			'Accept: text/html',
			'Cookie: a=1; b="2"',
			'Referer: http://app.test/?a=1',
		],
		'',
	],
	['HEAD', ['Accept: */*'], ''],
	['POST', ['Content-Type: text/plain', 'Content-Length: 5', 'Origin: http://app.test'], 'hello'],
	['PUT', ['Transfer-Encoding: chunked', 'X-A: 1', 'x-a: 2'], '3\r\nabc\r\n0\r\n\r\n'],
];

/** The named headers, as they would be without the edge. */
const named = (answer: string) =>
	answer
		.replace(/^etag: (W\/)?"one:/gim, (_, weak = '') => `ETag: ${weak}"`)
		.replace(/^vary: (?:Cookie|Cookie, Sec-Fetch-Dest)\r\n/gm, '');

test('what is no document is the same, byte for byte, with and without the rules for container apps: requests and answers (C1.9)', async () => {
	const asked: string[] = [];
	const backend = await startBackend(async (request) => {
		const { method, url, rawHeaders, socket } = request;
		asked.push(JSON.stringify([method, url, rawHeaders, String(await bodyOf(request))]));
		const [status, lines, body] = ANSWERS[Number(/\d+/.exec(url!)![0])]!;
		const head = [`HTTP/1.1 ${status}`, ...lines, 'Connection: close'].join('\r\n');
		const bodiless = method === 'HEAD' || /^[23]04/.test(status);
		socket.end(Buffer.concat([Buffer.from(`${head}\r\n\r\n`, 'latin1'), bodiless ? Buffer.alloc(0) : body]));
	});
	const run = async (container: boolean) => {
		const edge = await startEdge({
			deployments: { one: backend },
			...(container ? { container: { affinity: 'tab', healthPath: '/' } as const } : {}),
		});
		const from = asked.length;
		const answers: string[] = [];
		for (const [method, lines, body] of REQUESTS)
			for (const index of ANSWERS.keys()) {
				const head = [
					`${method} /${index}?x=%20&y HTTP/1.1`,
					'Host: app.test',
					'X-Request-Id: 1',
					...lines,
					'Connection: close',
				];
				answers.push(await exchange(edge.port, `${head.join('\r\n')}\r\n\r\n${body}`));
			}
		const requests = asked.slice(from).join('\n');
		return { answers: answers.map(named), requests };
	};
	const [plain, edited] = [await run(false), await run(true)];
	for (const [i, answer] of plain.answers.entries()) {
		expect(answer).toMatch(/^HTTP\/1\.1 [2345]/);
		expect(edited.answers[i]).toBe(answer);
	}
	const sum = (text: string) => createHash('sha256').update(text).digest('hex');
	// No validator of a version goes to another: these named none (contract C1.9).
	const without = (requests: string) => requests.replaceAll('"If-Range","x","Range","bytes=0-3",', '');
	expect(sum(without(edited.requests))).toBe(sum(without(plain.requests)));
}, 60_000);
