import { expect, it } from 'vitest';
import { startEdge } from '../testing/edge.ts';
import { eventually } from '../testing/eventually.ts';
import { exchange, freePort, get, rawClient, startBackend, startRawBackend } from '../testing/sockets.ts';

const VARY = /^vary: x-pulse-deployment\r$/im;
const UPGRADE = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: x', 'Sec-WebSocket-Version: 13'];

it("every answer of the router's own is for nobody else and no other time: no-store, and says when it was given (decision 27)", async () => {
	const cut = await startRawBackend((socket) => socket.end('HTTP/1.1 200'));
	const slow = await startRawBackend(() => {});
	const { port } = await startEdge({
		deployments: { v1: cut.port, down: await freePort(), slow: slow.port },
		connectTimeoutMs: 300,
		headersTimeoutMs: 600,
	});
	const none = await startEdge({ active: null });
	const loader = ['X-Pulse-Client-Loader: 1', 'X-Pulse-Client-Loader-Location: /page'];
	const answers: [number, number, string][] = [
		[409, port, get('/?pulse_deployment=gone')],
		[409, port, get('/', ['X-Pulse-Deployment: gone', 'Origin: https://a.test'])],
		[302, port, get('/?pulse_deployment=gone', loader)],
		[204, port, get('/?pulse_deployment=gone', ['Access-Control-Request-Method: PUT'], 'OPTIONS')],
		[409, port, get('/?pulse_deployment=gone', UPGRADE)],
		[404, none.port, get('/?pulse_deployment=gone')],
		[503, none.port, get('/')],
		[503, none.port, get('/', UPGRADE)],
		[404, port, get('/_pulse/internal/railway/sessions')],
		[404, port, get('/_pulse/internal/railway/sessions', UPGRADE)],
		[405, port, get('/', [], 'TRACE')],
		[502, port, get('/')],
		[502, port, get('/?pulse_deployment=down')],
		[502, port, get('/?pulse_deployment=down', UPGRADE)],
		[504, port, get('/?pulse_deployment=slow', UPGRADE)],
		[400, port, 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n'],
		[400, port, 'GET / HTTP/1.1\r\nHost : a\r\n\r\n'],
		[501, port, get('/', ['Transfer-Encoding: gzip, chunked'], 'POST')],
		[431, port, get('/', [`X-Long: ${'x'.repeat(70_000)}`])],
		[200, port, get('/healthz')],
		[408, port, 'GET / HTTP/1.1\r\nHost'],
	];
	const sent = Math.floor(Date.now() / 1000) * 1000;
	await Promise.all(
		answers.map(async ([status, at, bytes]) => {
			const [head] = (await exchange(at, bytes)).split('\r\n\r\n');
			expect(head, bytes.slice(0, 200)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
			expect(head, bytes.slice(0, 200)).toMatch(/^cache-control: no-store\r?$/im);
			const [, date = '', ...more] = head!.split(/^date: (\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT)\r?$/im);
			expect(Date.parse(date), bytes.slice(0, 200)).toBeGreaterThanOrEqual(sent);
			expect(more.length, 'no second date').toBe(1);
		}),
	);
});

it('what the header decided says so to caches, beside what the backend says; what the address decided does not', async () => {
	const backend = await startBackend((request, response) => {
		response.setHeader('vary', 'Accept-Language').setHeader('cache-control', 'public, max-age=600');
		if (request.url!.startsWith('/streamed')) response.write('in pieces');
		response.end(request.headers.upgrade ? 'no sockets here' : 'page');
	});
	const { port } = await startEdge({ deployments: { active: backend, old: backend } });
	const pinned = ['X-Pulse-Deployment: old'];
	for (const bytes of [
		get('/', pinned),
		get('/streamed', pinned),
		get('/', pinned, 'HEAD'),
		get('/live', [...pinned, ...UPGRADE]),
		// The active one as well: its page must not reach a client that pins another.
		get('/', ['X-Pulse-Deployment: active']),
		get('/?pulse_deployment=', pinned),
	]) {
		const answer = await exchange(port, bytes);
		expect(answer, bytes).toMatch(VARY);
		expect(answer).toMatch(/^vary: Accept-Language\r$/im);
	}
	expect(await exchange(port, get('/', ['X-Pulse-Deployment: gone', 'Origin: https://a.test']))).toMatch(VARY);
	for (const bytes of [get('/'), get('/?pulse_deployment=old', pinned), get('/?pulse_deployment=gone', pinned)])
		expect(await exchange(port, bytes)).not.toMatch(VARY);
	// A connection that is kept writes its answers in one piece.
	const client = rawClient(port, `GET / HTTP/1.1\r\nHost: a\r\nX-Pulse-Deployment: old\r\n\r\n`);
	expect(await client.until('page')).toMatch(VARY);
	await eventually(() => client.socket.destroy().destroyed);
});
