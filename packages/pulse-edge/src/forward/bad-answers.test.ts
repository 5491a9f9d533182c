import { expect, it } from 'vitest';
import { startEdge } from '../testing/edge.ts';
import { exchange, get, rawClient, startBackend, startRawBackend } from '../testing/sockets.ts';

const HANDSHAKE =
	'GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n';
const BAD = /^HTTP\/1\.1 502 .*"deployment sent an invalid response"/s;
const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';

it.each([
	['a chunk size that is none', `${CHUNKED}xyz\r\n`],
	['a second chunk that is none', `${CHUNKED}2\r\nok\r\nxyz\r\n`],
	['a chunk that is longer than it says', `${CHUNKED}2\r\nokay\r\n0\r\n\r\n`],
	['a trailer that is none', `${CHUNKED}2\r\nok\r\n0\r\nX Y: 1\r\n\r\n`],
])('%s in the read of the head is 502, for requests and handshakes', async (_, bytes) => {
	const backend = await startRawBackend((socket) => socket.write(bytes, 'latin1'));
	const { port } = await startEdge({ deployments: { v1: backend.port } });
	expect(await exchange(port, get('/'))).toMatch(BAD);
	expect(await exchange(port, HANDSHAKE)).toMatch(BAD);
});

it.each([
	['a TLS alert', '\x15\x03\x03\x00\x02\x02\x16'],
	['a TLS alert, byte by byte as well', '\x15'],
	['another protocol', 'SSH-2.0-OpenSSH_9\r\n'],
	['lines that end in LF alone', 'HTTP/1.1 200 OK\nContent-Length: 2\n\nok'],
	['a NUL in a head that is not whole', 'HTTP/1.1 200 OK\r\nX: a\x00'],
	['a chunk size that is none, and no line end', `${CHUNKED}xyz`],
	['trailers that end in LF alone', `${CHUNKED}0\r\nX: 1\n\n`],
])('%s is known at once to be no answer, not at the idle limit', async (_, bytes) => {
	const backend = await startRawBackend((socket) => socket.write(bytes, 'latin1'));
	const { port } = await startEdge({ deployments: { v1: backend.port } });
	// The idle limit is five minutes here.
	expect(await exchange(port, get('/'))).toMatch(BAD);
	expect(await exchange(port, HANDSHAKE)).toMatch(BAD);
});

it.each([
	['a TLS hello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
	['lines that end in LF alone', 'GET / HTTP/1.1\nHost: a\n\n'],
	['another protocol', 'SSH-2.0-OpenSSH_9\r\n'],
])('a client that sends %s is refused at once', async (_, bytes) => {
	const { port } = await startEdge({ active: null });
	expect(await exchange(port, bytes)).toMatch(/^HTTP\/1\.1 400 /);
});

it.each([
	['one zero', '02'],
	['many', `${'0'.repeat(40)}2`],
])('chunk sizes and lengths with leading zeros pass: %s', async (_, size) => {
	const chunks = `${size}\r\nok\r\n${'0'.repeat(20)}\r\n\r\n`;
	const chunked = await startRawBackend((socket) => socket.write(`${CHUNKED}${chunks}`));
	const length = await startRawBackend((socket) =>
		socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\nok`),
	);
	const echo = await startBackend((request, response) => void request.pipe(response));
	const { port } = await startEdge({ deployments: { v1: chunked.port, v2: length.port, v3: echo } });
	expect(await exchange(port, get('/'))).toMatch(/^HTTP\/1\.1 200 .*ok/s);
	expect(await exchange(port, get('/', ['x-pulse-deployment: v2']))).toMatch(/^HTTP\/1\.1 200 .*ok$/s);
	const post = 'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nx-pulse-deployment: v3\r\n';
	expect(await exchange(port, `${post}Transfer-Encoding: chunked\r\n\r\n${chunks}`)).toMatch(/^HTTP\/1\.1 200 .*ok/s);
	expect(await exchange(port, `${post}Content-Length: ${size}\r\n\r\nok`)).toMatch(/^HTTP\/1\.1 200 .*ok/s);
});

it.each([
	['Content-Length: 2\r\n\r\nno', /\r\n\r\nno$/],
	['Transfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n', /\r\n\r\n2\r\nno\r\n0\r\n\r\n$/],
])('a refused handshake leaves in one write: %j', async (rest, whole) => {
	const backend = await startRawBackend((socket) => socket.write(`HTTP/1.1 403 No\r\n${rest}`));
	const { port, edge } = await startEdge({ deployments: { v1: backend.port } });
	const client = rawClient(port, HANDSHAKE);
	const first = await new Promise<string>((resolve) => client.socket.once('data', (chunk) => resolve(String(chunk))));
	expect(first).toMatch(whole);
	expect(edge.context.tunnels.size).toBe(0);
});
