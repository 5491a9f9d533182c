import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { beforeParser } from '../node/before-parser.ts';
import { startEdge } from '../testing/edge.ts';
import { eventually } from '../testing/eventually.ts';
import { bodyOf, exchange, rawClient, startBackend, writeOn } from '../testing/sockets.ts';
import { serveDirectly } from './direct-entry.ts';

const plain = (target: string, ...lines: string[]) =>
	`GET ${target} HTTP/1.1\r\n${['Host: a', ...lines].join('\r\n')}\r\n\r\n`;
const last = (target: string) => plain(target, 'Connection: close');

/** How many requests Node's server has parsed since. */
function countParsed(): () => number {
	let parsed = 0;
	const count = () => parsed++;
	subscribe('http.server.request.start', count);
	onTestFinished(() => void unsubscribe('http.server.request.start', count));
	return () => parsed;
}

/** Answers with what it was asked, to `/slow…` 300 ms later. It is in this process, so what it parses is counted as well. */
function startEcho(): Promise<number> {
	return startBackend(async (request, response) => {
		const body = await bodyOf(request);
		const answer = () => response.end(`<${request.method} ${request.url} ${body}>`);
		if (request.url!.startsWith('/slow')) setTimeout(answer, 300);
		else answer();
	});
}

const answers = (text: string) => text.match(/<[^>]*>/g);

it('a plain request is served without Node’s parser, small body and all', async () => {
	const backend = await startEcho();
	const { port } = await startEdge({ deployments: { v1: backend } });
	const parsed = countParsed();
	const client = rawClient(port, plain('/1'));
	await client.until('<GET /1 >');
	client.socket.write('POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello');
	await client.until('<POST /2 hello>');
	// Those of the backend.
	expect(parsed()).toBe(2);
});

it.each([
	['a header for this connection alone', plain('/odd', 'Connection: x-a')],
	['chunks', 'POST /odd HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
])('with %s a connection is Node’s for good', async (_, odd) => {
	const backend = await startEcho();
	const { port } = await startEdge({ deployments: { v1: backend } });
	const client = rawClient(port, plain('/1'));
	await client.until('<GET /1 >');
	const parsed = countParsed();
	client.socket.write(odd);
	await client.until(' /odd ');
	client.socket.write(plain('/2'));
	await client.until('<GET /2 >');
	// Each by the router and by the backend.
	expect(parsed()).toBe(4);
});

it('a head that comes in pieces is served', async () => {
	const backend = await startEcho();
	const { port } = await startEdge({ deployments: { v1: backend } });
	const client = rawClient(port, plain('/1'));
	await client.until('<GET /1 >');
	for (const piece of [last('/2').slice(0, 9), last('/2').slice(9, 20), last('/2').slice(20)]) {
		client.socket.write(piece);
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
	await client.until('<GET /2 >');
});

it('what is pipelined behind an answer that takes its time is answered in turn', async () => {
	const backend = await startEcho();
	const { port } = await startEdge({ deployments: { v1: backend } });
	const client = rawClient(port, plain('/slow'));
	await new Promise((resolve) => setTimeout(resolve, 50));
	client.socket.write(plain('/2'));
	await new Promise((resolve) => setTimeout(resolve, 50));
	client.socket.write(plain('/slow/3') + last('/4'));
	await client.until('/4');
	expect(answers(client.text())).toEqual(['<GET /slow >', '<GET /2 >', '<GET /slow/3 >', '<GET /4 >']);
});

it('also when its client has ended its side by then', async () => {
	const backend = await startBackend((request, response) => {
		setTimeout(() => response.end(`<${request.url}>`), request.url === '/slow' ? 1_500 : 0);
	});
	const { port } = await startEdge({ deployments: { v1: backend } });
	const client = rawClient(port, plain('/slow'));
	await new Promise((resolve) => setTimeout(resolve, 50));
	client.socket.end(`${plain('/2')}${plain('/3')}GET /half`);
	await client.ended();
	expect(answers(client.text())).toEqual(['</slow>', '</2>', '</3>']);
	expect(client.text()).toContain('HTTP/1.1 400 ');
});

it('a flood behind an answer is not kept: that answer is the last one', async () => {
	let answer = () => {};
	const backend = await startBackend((request, response) => {
		answer = () => response.end(`<${request.url}>`);
	});
	const { port, edge } = await startEdge({ deployments: { v1: backend } });
	const client = rawClient(port, plain('/first'));
	await eventually(() => edge.context.exchanges.size === 1);
	client.socket.write(plain('/more').repeat(50_000));
	await new Promise((resolve) => setTimeout(resolve, 3_500));
	answer();
	await client.ended();
	expect(answers(client.text())).toEqual(['</first>']);
});

it('an answer that is owed is not reset away behind a flood that goes on', async () => {
	const body = 'a'.repeat(1_000_000);
	let answer = () => {};
	const backend = await startBackend((_request, response) => {
		answer = () => response.end(body);
	});
	const { port, edge } = await startEdge({ deployments: { v1: backend } });
	const client = rawClient(port, plain('/first'));
	await eventually(() => edge.context.exchanges.size === 1);
	const taken = writeOn(client.socket, plain('/more').repeat(2_000));
	await eventually(() => taken() > 10_000_000);
	// It is busy with saying more, and reads later.
	client.socket.pause();
	answer();
	await new Promise((resolve) => setTimeout(resolve, 300));
	client.socket.resume();
	const text = await client.ended();
	expect(text.slice(text.indexOf('\r\n\r\n') + 4)).toHaveLength(body.length);
});

it('a client that leaves while its pipelined requests wait is seen to leave', async () => {
	const backend = await startBackend(() => {});
	const { port, edge } = await startEdge({ deployments: { v1: backend } });
	const client = rawClient(port, plain('/first'));
	await eventually(() => edge.context.exchanges.size === 1);
	client.socket.write(plain('/2'));
	await new Promise((resolve) => setTimeout(resolve, 50));
	client.socket.resetAndDestroy();
	await eventually(() => edge.context.exchanges.size === 0);
});

it('switched off, Node parses all of them', async () => {
	const backend = await startEcho();
	const { port } = await startEdge({ deployments: { v1: backend }, direct: false });
	const parsed = countParsed();
	expect(answers(await exchange(port, last('/1')))).toEqual(['<GET /1 >']);
	expect(parsed()).toBe(2);
});

async function listening(server: Server): Promise<number> {
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	return (server.address() as AddressInfo).port;
}

it('a connection that asks nothing is told so after the time for heads, an idle one is closed after its own', async () => {
	const server = createServer();
	const refused: unknown[] = [];
	serveDirectly(server, {
		route: (_request, response) => void response.sendWhole(200, 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'),
		refuse: (socket, code) => {
			refused.push(code);
			socket.destroy();
		},
		keepAliveMs: 600,
		headersTimeoutMs: 100,
	});
	const port = await listening(server);
	await rawClient(port).ended();
	expect(refused).toEqual(['ERR_HTTP_REQUEST_TIMEOUT']);
	const started = performance.now();
	const client = rawClient(port, plain('/'));
	await client.ended();
	expect(client.text()).toContain(' 200 ');
	expect(performance.now() - started).toBeGreaterThan(500);
	expect(refused).toHaveLength(1);
});

it('a Node whose server takes connections in another way keeps them', async () => {
	const server = createServer((_request, response) => response.end('by Node'));
	server.on('connection', () => {});
	expect(beforeParser(server, () => {})).toBe(false);
	const port = await listening(server);
	expect(await exchange(port, last('/'))).toContain('by Node');
});

it('what was read goes on to Node in front of what comes', async () => {
	const server = createServer((request, response) => response.end(`<${request.url}>`));
	const taken = beforeParser(server, (socket, toParser) => {
		socket.once('data', (chunk) => {
			socket.pause();
			socket.unshift(chunk);
			toParser();
			socket.resume();
		});
	});
	expect(taken).toBe(true);
	const port = await listening(server);
	const socket = connect(port, '127.0.0.1');
	onTestFinished(() => void socket.destroy());
	let text = '';
	socket.on('data', (chunk) => {
		text += chunk;
	});
	socket.write('GET /a');
	await new Promise((resolve) => setTimeout(resolve, 30));
	socket.write('bc HTTP/1.1\r\nHost: a\r\n\r\n');
	await eventually(() => text.includes('</abc>'));
});
