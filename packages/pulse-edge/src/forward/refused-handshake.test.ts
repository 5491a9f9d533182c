import { expect, it, onTestFinished } from 'vitest';
import { startEdge } from '../testing/edge.ts';
import { eventually, standsStill } from '../testing/eventually.ts';
import { rawClient, startRawBackend } from '../testing/sockets.ts';

const HANDSHAKE =
	'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';

it('a client that spoke before it was refused leaves no socket behind', async () => {
	const backend = await startRawBackend(() => {});
	const { port, edge } = await startEdge({ deployments: { v1: backend.port } });
	const client = rawClient(port, HANDSHAKE);
	await eventually(() => backend.received.length === 1);
	client.socket.write('early');
	await new Promise((resolve) => setTimeout(resolve, 50));
	backend.sockets[0]!.write('HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno');
	await client.until('no');
	client.socket.end();
	// It waits for the last socket.
	await edge.close({ budgetMs: 0 });
});

it('a client that does not end its side of a refused handshake is not kept', async () => {
	const backend = await startRawBackend((socket) => socket.write('HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno'));
	const { port } = await startEdge({ deployments: { v1: backend.port }, connectTimeoutMs: 300 });
	const client = rawClient(port, HANDSHAKE);
	await client.until('no');
	// Told by the reset that a write meets.
	await eventually(() => {
		client.socket.write('x');
		return client.socket.destroyed;
	});
});

it('a refusal in countless small pieces waits for its reader with one listener', async () => {
	const warnings: Error[] = [];
	const warn = (warning: Error) => void warnings.push(warning);
	process.on('warning', warn);
	onTestFinished(() => void process.off('warning', warn));
	const backend = await startRawBackend((socket) => {
		socket.write('HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n');
		const more = () => {
			while (socket.write('1\r\nx\r\n'.repeat(10_000)));
		};
		socket.on('drain', more);
		more();
	});
	const { port } = await startEdge({ deployments: { v1: backend.port } });
	const client = rawClient(port, HANDSHAKE);
	await client.until('403');
	client.socket.pause();
	await standsStill(() => backend.sockets[0]!.bytesWritten);
	expect(warnings).toEqual([]);
});
