import { describe, expect, it } from 'vitest';
import { edgeDefaults, startEdge } from '../testing/edge.ts';
import { eventually } from '../testing/eventually.ts';
import { exchange, get, rawClient, startBackend } from '../testing/sockets.ts';

edgeDefaults.nodeInternals = false;

/** What a switch, or another Node, turns off is slower and no different, but for what these files themselves leave out. */
const suites = [
	...['bare-socket', 'handed-over', 'pipelining', 'smuggling', 'vanished-client'].map((name) => `entry/${name}`),
	...['half-closed', 'headers', 'refused-handshake', 'streaming', 'websocket'].map((name) => `forward/${name}`),
	'upstream/retry',
];

describe.each(suites)('without internals: %s', async (path) => {
	await import(new URL(`../${path}.test.ts`, import.meta.url).href);
});

const REQUEST = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const nothingLeft = { exchanges: 0, inFlight: 0 };

async function slowEdge() {
	const backend = await startBackend((request, response) => void (request.url === '/now' && response.end('now')));
	const { port, edge } = await startEdge({ deployments: { v1: backend } });
	const counts = () => ({
		exchanges: edge.context.exchanges.size,
		inFlight: [...edge.context.upstreams.all()].reduce((sum, { inFlight }) => sum + inFlight, 0),
	});
	return { port, counts };
}

it('a client that ends its side is let go, and nothing of its request is left', async () => {
	const { port, counts } = await slowEdge();
	const client = rawClient(port, REQUEST);
	await eventually(() => counts().exchanges === 1);
	client.socket.end();
	await client.ended();
	await expect.poll(counts).toEqual(nothingLeft);
});

it('a connection on which more waits than may is closed, and nothing of it is left', async () => {
	const { port, counts } = await slowEdge();
	const client = rawClient(port, REQUEST.repeat(2_000));
	await client.ended();
	await expect.poll(counts).toEqual(nothingLeft);
	expect(await exchange(port, get('/now'))).toContain('now');
});

it('an offer of another protocol is declined or refused, never passed on', async () => {
	const { port } = await slowEdge();
	const answer = await exchange(port, get('/now', ['Upgrade: h2c', 'Connection: Upgrade']));
	expect(answer).toMatch(/^HTTP\/1\.1 (200|400) /);
});
