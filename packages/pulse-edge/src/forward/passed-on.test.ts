import { METHODS } from 'node:http';
import { expect, it } from 'vitest';
import { startEdge } from '../testing/edge.ts';
import { eventually } from '../testing/eventually.ts';
import { exchange, get, rawClient, startBackend, startRawBackend } from '../testing/sockets.ts';

it('every method that Node parses is passed on; TRACE and CONNECT are 405, and `allow` says the same (decision 26)', async () => {
	const backend = await startBackend((request, response) => {
		request.resume();
		response.setHeader('x-method', request.method!);
		response.end();
	});
	const { port } = await startEdge({ deployments: { v1: backend } });
	const passed: string[] = [];
	for (const method of METHODS.filter((one) => one !== 'CONNECT')) {
		const answer = await exchange(port, get('/', ['Content-Length: 0'], method));
		if (answer.includes(`x-method: ${method}\r\n`)) passed.push(method);
		else expect([method, answer]).toEqual(['TRACE', expect.stringMatching(/^HTTP\/1\.1 405 /)]);
	}
	const connect = await exchange(port, 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n');
	expect(connect).toMatch(/^HTTP\/1\.1 405 /);
	expect(/\r\nallow: (.*)\r\n/.exec(connect)?.[1]?.split(', ').sort()).toEqual(passed.sort());
});

it('an expectation that the router does not know is routed, counted and logged like every request', async () => {
	const backend = await startRawBackend((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
	const { port, edge, lines } = await startEdge({ deployments: { v1: backend.port } });
	const odd = ['Expect: a-miracle'];
	expect(await exchange(port, get('/', odd))).toMatch(/^HTTP\/1\.1 200 .*ok$/s);
	expect(backend.received[0]).toContain('\r\nExpect: a-miracle\r\n');
	expect([...edge.context.upstreams.all()].map(({ requests }) => requests)).toEqual([1]);
	expect(await exchange(port, get('/_pulse/internal/railway/sessions', odd))).toMatch(/^HTTP\/1\.1 404 /);
	expect(lines).toContainEqual(expect.objectContaining({ cause: 'internal-path' }));
	expect(await exchange(port, get('/?pulse_deployment=gone', odd))).toMatch(/^HTTP\/1\.1 409 /);
	expect(await exchange(port, get('/healthz', odd))).toMatch(/^HTTP\/1\.1 200 /);
});

it('a handshake carries the id by which the log knows it, or the one that it came with', async () => {
	const backend = await startRawBackend((socket) => socket.destroy());
	const { port, lines } = await startEdge({ deployments: { v1: backend.port } });
	const handshake = 'GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n';
	await exchange(port, `${handshake}\r\n`);
	const [, id] = /\r\nx-request-id: (\S+)\r\n/.exec(backend.received[0]!) ?? [];
	expect(lines).toContainEqual(expect.objectContaining({ cause: 'closed-early', request: id }));
	await exchange(port, `${handshake}X-Request-Id: mine\r\n\r\n`);
	expect(backend.received[1]!.match(/x-request-id: \S+/gi)).toEqual(['X-Request-Id: mine']);
});

const SWITCH = 'HTTP/1.1 101 Go\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
const HANDSHAKE = 'GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';

it.each([
	['resets its connection', 300_000, (client: ReturnType<typeof rawClient>) => client.socket.resetAndDestroy()],
	['ends its connection', 1_000, (client: ReturnType<typeof rawClient>) => client.socket.destroy()],
	['stays, and is not taken anything from', 1_000, () => {}],
])('a websocket whose backend never reads, and whose client %s, ends', async (_, idleTimeoutMs, leave) => {
	const backend = await startRawBackend((socket) => {
		socket.write(SWITCH);
		socket.pause();
	});
	const { port, edge } = await startEdge({ deployments: { v1: backend.port }, idleTimeoutMs });
	const client = rawClient(port, HANDSHAKE);
	await client.until('101');
	client.socket.write(Buffer.alloc(40_000_000));
	await new Promise((resolve) => setTimeout(resolve, 300));
	leave(client);
	await eventually(() => edge.context.tunnels.size === 0);
	expect([...edge.context.upstreams.all()].map(({ sockets }) => sockets)).toEqual([0]);
});
