import { expect, it } from 'vitest';
import { fuzzRequestHeads, readByUs } from '../testing/fuzz-request-heads.ts';
import { readByNode } from '../testing/read-by-node.ts';

it('accepts nothing that Node refuses, and reads what it accepts as Node does', async () => {
	const { accepted, differing } = await fuzzRequestHeads(20_000, 1);
	expect(differing).toEqual([]);
	expect(accepted).toBeGreaterThan(2_000);
});

const browser = [
	'GET /orders?page=2 HTTP/1.1',
	'Host: app.example.com',
	'Connection: keep-alive',
	'sec-ch-ua: "Chromium";v="140", "Not=A?Brand";v="24"',
	'User-Agent: Mozilla/5.0',
	'Accept: text/html,*/*;q=0.8',
	'Cookie: a=b; c=d',
];

it('reads what a browser sends', async () => {
	const bytes = Buffer.from(`${browser.join('\r\n')}\r\n\r\n`);
	const read = readByUs(bytes);
	expect(read).toEqual({ ...(await readByNode(bytes)), end: bytes.length });
	expect(read?.headers).toHaveLength(12);
});

it.each([
	['a head that is not whole', 'GET / HTTP/1.1\r\nHost: a\r\n'],
	['a body that is not whole', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhell'],
	['a body in chunks', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
	['a length beside chunks', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nTransfer-Encoding: x\r\n\r\n'],
	['two lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n'],
	['a length with a sign', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +0\r\n\r\n'],
	['a tab behind a length', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\t\r\n\r\n'],
	['no host', 'GET / HTTP/1.1\r\nAccept: */*\r\n\r\n'],
	['two hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n'],
	['an empty host', 'GET / HTTP/1.1\r\nHost:\r\n\r\n'],
	['a host that is a list', 'GET / HTTP/1.1\r\nHost: a,b\r\n\r\n'],
	['an offered upgrade', 'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n'],
	['an expectation', 'GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n'],
	['two words on the connection', 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nConnection: close\r\n\r\n'],
	['named connection headers', 'GET / HTTP/1.1\r\nHost: a\r\nConnection: x-a\r\n\r\n'],
	['HTTP/1.0', 'GET / HTTP/1.0\r\nHost: a\r\n\r\n'],
	['absolute form', 'GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n'],
	['asterisk form', 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n'],
	['a fragment', 'GET /#a HTTP/1.1\r\nHost: a\r\n\r\n'],
	['a path beyond ASCII', 'GET /\xe9 HTTP/1.1\r\nHost: a\r\n\r\n'],
	['a method that apps may know', 'PROPFIND / HTTP/1.1\r\nHost: a\r\n\r\n'],
	['a line end that is LF alone', 'GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n'],
	['a CR in a value', 'GET / HTTP/1.1\r\nHost: a\r\nX: b\rc\r\n\r\n'],
	['a folded line', 'GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n'],
	['a blank before the colon', 'GET / HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n'],
	['an empty name', 'GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n'],
	['a control character', 'GET / HTTP/1.1\r\nHost: a\r\nX: \x01\r\n\r\n'],
	['a blank line in front', '\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n'],
	['too many headers', `GET / HTTP/1.1\r\nHost: a\r\n${'X: b\r\n'.repeat(100)}\r\n`],
	['too long a head', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'b'.repeat(16_400)}\r\n\r\n`],
])('leaves %s to Node', (_, text) => {
	expect(readByUs(Buffer.from(text, 'latin1'))).toBeNull();
});
