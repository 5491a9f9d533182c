import { describe, expect, onTestFinished, test } from 'vitest';
import { get, rawClient, startRawBackend } from '../../../pulse-edge/src/testing/sockets.ts';
import { startRouter } from '../../../pulse-railway/src/router/testing/router.ts';
import { createEdge } from './edge.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const WEBSOCKET = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: x', 'Sec-WebSocket-Version: 13'];

/** What each of the two adds by itself, frames by itself, or says of one connection. */
const OWN =
	/^(?:host|connection|keep-alive|content-length|transfer-encoding|upgrade|x-real-ip|x-forwarded-.*|x-request-.*|x-railway-.*|x-pulse-selected-deployment):/i;
const linesOf = (head: string) => head.split('\r\n').filter((line) => !OWN.test(line));

interface Passed {
	/** Lines of the head that the service got, and of every head that the client got. */
	readonly request: string[];
	readonly answer: string[];
	readonly body: string;
}

/** The same bytes by the router and by the local address, each right in front of a service that answers `response`. */
async function both(bytes: string, response: string, end: RegExp): Promise<{ router: Passed; address: Passed }> {
	const passed = async (open: (port: number) => Promise<number>): Promise<Passed> => {
		let answered = false;
		const service = await startRawBackend((socket, received) => {
			if (answered || !received.includes('\r\n\r\n')) return;
			answered = true;
			socket.write(response, 'latin1');
		});
		const client = rawClient(await open(service.port), bytes);
		const text = await client.until(end);
		client.socket.destroy();
		const at = text.lastIndexOf('\r\n\r\n', text.search(end) === -1 ? undefined : text.search(end));
		return {
			request: linesOf(service.received[0]!.split('\r\n\r\n')[0]!),
			answer: linesOf(text.slice(0, at)),
			body: service.received[0]!.slice(service.received[0]!.indexOf('\r\n\r\n') + 4),
		};
	};
	const router = await passed(async (port) => (await startRouter({ deployments: { v1: port } })).port);
	const address = await passed(async (port) => {
		const edge = createEdge(() => [port]);
		onTestFinished(() => edge.closeAll());
		return edge.open('web', 0);
	});
	return { router, address };
}

const local = (target: string, headers: readonly string[] = [], method = 'GET') =>
	get(target, headers, method).replace('Host: app.test', 'Host: localhost');
const handshake = (headers: readonly string[]) =>
	`${['GET /live HTTP/1.1', 'Host: localhost', ...WEBSOCKET, ...headers].join('\r\n')}\r\n\r\n`;
const many = (count: number) => Array.from({ length: count }, (_, i) => `X-${i}: ${i}`);
const large = `X-Large: ${'v'.repeat(50_000)}`;

describe('what passes the router unchanged passes the local address unchanged', () => {
	test.each([
		[
			'bytes beyond ASCII, spelling, order and duplicates',
			['X-Odd: caf\xe9 \xff', 'x-DUP: 1', 'cookie: a', 'x-dup: 2'],
		],
		['a large head', [large]],
		['more headers than Node keeps', many(2_500)],
		['headers that Connection may not take away', ['Authorization: x', 'Connection: close, authorization']],
		['trailers, where they are taken', ['TE: trailers']],
	])('of a request: %s', async (_, headers) => {
		const { router, address } = await both(local('/a%2Fb//./?x=%zz&+', headers), OK, /ok$/);
		expect(router.request).toHaveLength(address.request.length);
		expect(address.request).toEqual(router.request);
		expect(address.request.length).toBeGreaterThan(headers.filter((line) => !OWN.test(line)).length);
		const upgraded = await both(handshake(headers.filter((line) => !line.startsWith('Connection'))), OK, /ok$/);
		// The router asks no service for trailers of a handshake.
		const kept = (lines: string[]) => lines.filter((line) => !line.startsWith('TE:'));
		expect(kept(upgraded.address.request)).toEqual(kept(upgraded.router.request));
	});

	test.each([
		['bytes beyond ASCII, spelling, order and duplicates', 'X-Odd: caf\xe9 \xff\r\nSET-cookie: a\r\nset-cookie: b\r\n'],
		['a large head', `${large}\r\n`],
		['more headers than Node keeps', `${many(2_500).join('\r\n')}\r\n`],
		['no date of its own', ''],
		['headers that Connection may not take away', 'Cache-Control: x\r\nConnection: cache-control\r\n'],
	])('of an answer: %s', async (_, headers) => {
		const response = `HTTP/1.1 200 F\xefne\r\nContent-Length: 2\r\n${headers}\r\nok`;
		for (const bytes of [local('/'), handshake([])]) {
			const { router, address } = await both(bytes, response, /ok$/);
			expect(address.answer).toEqual(router.answer);
			expect(router.answer.join('\r\n')).toContain(linesOf(headers.replace(/Connection:.*\r\n/, ''))[0]);
		}
		// A stream that has nothing to say yet.
		const silent = `HTTP/1.1 200 F\xefne\r\n${headers}\r\n`;
		const { router: first, address: second } = await both(local('/'), silent, /\r\n\r\n$/);
		expect(second.answer).toEqual(first.answer);
		expect(second.answer[0]).toBe('HTTP/1.1 200 F\xefne');
		const switched = `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${headers}\r\nok`;
		const { router, address } = await both(handshake([]), switched, /ok$/);
		expect(address.answer).toEqual(router.answer);
	});

	test('early hints, and trailers that are announced', async () => {
		const hints = 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n';
		const chunked =
			'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2\r\nok\r\n0\r\nX-Sum: caf\xe9\r\n\r\n';
		const { router, address } = await both(
			local('/', ['TE: trailers']),
			hints + chunked,
			/0\r\nX-Sum: caf\xe9\r\n\r\n$/,
		);
		expect(address.answer).toEqual(router.answer);
		expect(address.answer).toEqual(expect.arrayContaining(['HTTP/1.1 103 Early Hints', 'Trailer: X-Sum']));
	});

	test('a body that its sender wants to be asked for, and its trailers', async () => {
		for (const via of ['router', 'address'] as const) {
			const service = await startRawBackend((socket, received) => {
				if (received.endsWith('\r\n\r\n') && !received.includes('hello')) socket.write('HTTP/1.1 100 Continue\r\n\r\n');
				if (received.endsWith('X-Sum: 1\r\n\r\n')) socket.write(OK);
			});
			const edge = createEdge(() => [service.port]);
			onTestFinished(() => edge.closeAll());
			const port =
				via === 'address' ? await edge.open('web', 0) : (await startRouter({ deployments: { v1: service.port } })).port;
			const head = 'POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n';
			const client = rawClient(port, head);
			expect(await client.until('\r\n\r\n')).toBe('HTTP/1.1 100 Continue\r\n\r\n');
			client.socket.write('5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n');
			expect(await client.until(/ok$/)).toMatch(/HTTP\/1\.1 200 OK/);
			expect(service.received[0]).toMatch(/\r\nExpect: 100-continue\r\n.*5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n$/s);
		}
	});

	test('an offer that the service declines', async () => {
		const offer = local('/', ['Upgrade: h2c', 'HTTP2-Settings: AAMAAABk', 'Content-Length: 5'], 'POST').replace(
			'Connection: close',
			'Connection: Upgrade, HTTP2-Settings',
		);
		const { router, address } = await both(`${offer}hello`, OK, /ok$/);
		expect([router.body, address.body]).toEqual(['hello', 'hello']);
	});
});
