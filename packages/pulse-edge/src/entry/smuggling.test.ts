import { describe, expect, it } from 'vitest';
import { startEdge } from '../testing/edge.ts';
import { eventually } from '../testing/eventually.ts';
import { exchange, get, rawClient, startLenientBackend, startRawBackend } from '../testing/sockets.ts';

const HIDDEN = 'GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n';

/** What is sent, and that must be refused before a backend sees a byte. */
const REFUSED: [string, string][] = [
	[
		'both lengths',
		`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
	],
	[
		'both lengths, the other way round',
		`POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${HIDDEN}`,
	],
	[
		'two lengths',
		`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`,
	],
	['a list of lengths', `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0, ${HIDDEN.length}\r\n\r\n${HIDDEN}`],
	['a signed length', `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +${HIDDEN.length}\r\n\r\n${HIDDEN}`],
	['a hexadecimal length', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x0\r\n\r\n'],
	[
		'a length with a space before the colon',
		`POST / HTTP/1.1\r\nHost: a\r\nContent-Length : ${HIDDEN.length}\r\n\r\n${HIDDEN}`,
	],
	['an obfuscated transfer coding', `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n${HIDDEN}`],
	[
		'a transfer coding beside chunked',
		`POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
	],
	[
		'chunked twice',
		`POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
	],
	[
		'chunked and identity',
		`POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${HIDDEN}`,
	],
	[
		'a vertical tab in the coding',
		`POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
	],
	['a folded header', `GET / HTTP/1.1\r\nHost: a\r\nX-A: 1\r\n Transfer-Encoding: chunked\r\n\r\n`],
	['a bare LF as line end', 'GET / HTTP/1.1\nHost: a\n\n'],
	['a bare LF between headers', 'GET / HTTP/1.1\r\nHost: a\r\nX-A: 1\nX-B: 2\r\n\r\n'],
	['a bare CR in a value', 'GET / HTTP/1.1\r\nHost: a\r\nX-A: 1\rX-B: 2\r\n\r\n'],
	['a NUL in a value', 'GET / HTTP/1.1\r\nHost: a\r\nX-A: 1\x002\r\n\r\n'],
	['two hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
	['no host', 'GET / HTTP/1.1\r\nX-A: 1\r\n\r\n'],
	['a host with a path', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n'],
	['a host with userinfo', 'GET / HTTP/1.1\r\nHost: a@b\r\n\r\n'],
	['a space in the target', 'GET /a b HTTP/1.1\r\nHost: a\r\n\r\n'],
	['another protocol version', 'GET / HTTP/1.2\r\nHost: a\r\n\r\n'],
	['an HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
	['headers beyond 64 KB', `GET / HTTP/1.1\r\nHost: a\r\nX-A: ${'a'.repeat(70_000)}\r\n\r\n`],
	[
		'a websocket handshake with a body',
		`GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`,
	],
	[
		'chunks in HTTP/1.0, whose readers see no body',
		`POST / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
	],
	[
		'a parameter of the transfer coding',
		`POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n`,
	],
	['an empty transfer coding', `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n${HIDDEN}`],
	['an empty length', `POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n${HIDDEN}`],
	['userinfo in an absolute target', 'GET http://a@b/ HTTP/1.1\r\nHost: a\r\n\r\n'],
	['a password in an absolute target', 'GET http://a:80@b/ HTTP/1.1\r\nHost: a\r\n\r\n'],
	['a list of hosts in an absolute target', 'GET http://a,b/ HTTP/1.1\r\nHost: a\r\n\r\n'],
	['no protocol version', 'GET /\r\nHost: a\r\n\r\n'],
	['HTTP/0.9 by name', 'GET / HTTP/0.9\r\nHost: a\r\n\r\n'],
	['HTTP/2 by name', 'GET / HTTP/2.0\r\nHost: a\r\n\r\n'],
	['a tab in the target', 'GET /a\tb HTTP/1.1\r\nHost: a\r\n\r\n'],
	['a form feed in the target', 'GET /a\fb HTTP/1.1\r\nHost: a\r\n\r\n'],
	[
		'a websocket handshake in HTTP/1.0',
		'GET / HTTP/1.0\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
	],
	['a tunnel', 'CONNECT internal:80 HTTP/1.1\r\nHost: a\r\n\r\n'],
	['a trace', 'TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'],
];

describe('refused, and no second request gets through', () => {
	it.each(REFUSED)('%s', async (_, bytes) => {
		const backend = await startLenientBackend();
		const { port } = await startEdge({ deployments: { v1: backend.port } });
		const answer = await exchange(port, bytes);
		expect(answer).toMatch(/^HTTP\/1\.1 (400|405|408|431|501) /);
		expect(backend.received.join('')).not.toContain('/hidden');
		expect(backend.received).toEqual([]);
	});
});

it.each([
	['a request', ''],
	['a handshake', 'Connection: Upgrade\r\nUpgrade: websocket\r\n'],
])('%s behind a refused body is not served', async (_, lines) => {
	const backend = await startLenientBackend();
	const { port } = await startEdge({ deployments: { v1: backend.port } });
	const hidden = `GET /hidden HTTP/1.1\r\nHost: a\r\n${lines}\r\n`;
	const refused = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n';
	const answer = await exchange(port, refused + hidden);
	expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 501']);
	expect(backend.received).toEqual([]);
});

it('the framing of a chunked request is made anew: extensions stay behind', async () => {
	const backend = await startLenientBackend();
	const { port } = await startEdge({ deployments: { v1: backend.port } });
	const body = `4;ext="a"\r\nabcd\r\n0;x=y\r\n\r\n`;
	await exchange(
		port,
		`POST /up HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n${body}`,
	);
	expect(backend.received[0]).toMatch(/Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n$/);
});

it('a body that turns malformed ends the request, here and at the backend', async () => {
	const backend = await startRawBackend(() => {});
	const { port } = await startEdge({ deployments: { v1: backend.port } });
	const client = rawClient(port, 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n');
	await eventually(() => backend.received[0]?.includes('abcd') === true);
	client.socket.write('xyz\r\n');
	expect(await client.ended()).toMatch(/^HTTP\/1\.1 400 /);
	client.socket.end();
	await eventually(() => backend.sockets[0]!.destroyed);
});

it('an absolute target rules over Host', async () => {
	const backend = await startLenientBackend();
	const { port } = await startEdge({ deployments: { v1: backend.port } });
	await exchange(port, get('http://real.test/p?q'));
	expect(backend.received[0]).toMatch(/^GET \/p\?q HTTP\/1\.1\r\nHost: real\.test\r\n/);
	expect(backend.received[0]).not.toContain('app.test');
});

it('what a backend sends beyond its answer goes to nobody', async () => {
	const backend = await startRawBackend((socket, received) => {
		if (received.endsWith('\r\n\r\n')) {
			socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison');
		}
	});
	const { port } = await startEdge({ deployments: { v1: backend.port } });
	const client = rawClient(port, 'GET /1 HTTP/1.1\r\nHost: a\r\n\r\n');
	await client.until('ok');
	client.socket.write('GET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
	const text = await client.ended();
	expect(text).not.toContain('poison');
	expect(backend.sockets).toHaveLength(2);
});
