import { expect, it } from 'vitest';
import { startEdge } from '../testing/edge.ts';
import { exchange, get, startRawBackend } from '../testing/sockets.ts';

async function routed(answer: string) {
	const backend = await startRawBackend((socket, received) => {
		if (received.endsWith('\r\n\r\n')) socket.write(`${answer}HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n`);
	});
	return startEdge({ deployments: { v1: backend.port } });
}

it.each([
	'Content-Length: 5',
	'Transfer-Encoding: chunked',
	'Keep-Alive: timeout=1',
	'X-Pulse-Selected-Deployment: other',
	'X-Hop: 1',
])('an interim response cannot carry "%s": its reader could take what follows for its body', async (line) => {
	const { port } = await routed(`HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\nConnection: x-hop\r\n${line}\r\n\r\n`);
	expect(await exchange(port, get('/'))).toMatch(
		/^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>\r\n\r\nHTTP\/1\.1 200 OK\r\n/,
	);
});

it('an HTTP/1.0 client gets none, even when it says that it expects one', async () => {
	const { port } = await routed('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n');
	const answer = await exchange(port, 'GET / HTTP/1.0\r\nHost: a\r\nExpect: 100-continue\r\n\r\n');
	expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
});
