import { expect, it } from 'vitest';
import { startEdge } from '../testing/edge.ts';
import { exchange, get, startRawBackend } from '../testing/sockets.ts';

/** Node's response throws when trailers are announced without chunks; unguarded, that ended the router. */
const LARGE = 'a'.repeat(100_000);
const CHUNKS = 'Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n';

it.each([
	['with a length', get('/'), `Content-Length: ${LARGE.length}\r\n\r\n${LARGE}`, `\r\n\r\n${LARGE}`],
	['to HEAD', get('/', [], 'HEAD'), 'Transfer-Encoding: chunked\r\n\r\n', '\r\n\r\n'],
	['to HTTP/1.0', 'GET / HTTP/1.0\r\nHost: a\r\n\r\n', CHUNKS, '\r\n\r\nhello'],
])('trailers announced %s are not announced to the client', async (_, request, rest, end) => {
	const backend = await startRawBackend((socket, received) => {
		if (received.endsWith('\r\n\r\n')) socket.write(`HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\n${rest}`);
	});
	const { port } = await startEdge({ deployments: { v1: backend.port } });
	const answer = await exchange(port, request);
	expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
	expect(answer).not.toMatch(/^trailer:/im);
	expect(answer.endsWith(end)).toBe(true);
});

it('trailers announced with chunks stay announced', async () => {
	const backend = await startRawBackend((socket) => socket.write(`HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\n${CHUNKS}`));
	const { port } = await startEdge({ deployments: { v1: backend.port } });
	expect(await exchange(port, get('/'))).toMatch(/\r\nTrailer: X-Sum\r\n.*\r\n0\r\nX-Sum: 1\r\n\r\n$/s);
});
