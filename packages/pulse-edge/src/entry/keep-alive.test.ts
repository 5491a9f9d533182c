import { expect, it } from 'vitest';
import { startEdge } from '../testing/edge.ts';
import { rawClient, startBackend } from '../testing/sockets.ts';

it('serves one request after another on a connection, small answers and large ones alike', async () => {
	const large = 'x'.repeat(300_000);
	const backend = await startBackend((request, response) =>
		response.end(request.url === '/large' ? large : request.url),
	);
	const { port } = await startEdge({ deployments: { v1: backend } });
	const client = rawClient(port, '');
	for (const path of ['/one', '/two', '/large', '/three', '/four']) {
		client.socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
		await client.until(path === '/large' ? large : `\r\n\r\n${path}`);
	}
	client.socket.write('GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
	expect(await client.ended()).toMatch(/\r\n\r\n\/last$/);
});
