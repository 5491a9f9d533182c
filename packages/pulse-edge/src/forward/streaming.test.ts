import { request as httpRequest } from 'node:http';
import { expect, it } from 'vitest';
import { edgeDefaults, startEdge } from '../testing/edge.ts';
import { eventually, standsStill } from '../testing/eventually.ts';
import { bodyOf, exchange, get, rawClient, startBackend, startRawBackend } from '../testing/sockets.ts';

it('an event stream arrives event by event, its head before the first', async () => {
	let send: (text: string) => void = () => {};
	const backend = await startBackend((_, response) => {
		response.writeHead(200, { 'content-type': 'text/event-stream' });
		response.flushHeaders();
		send = (text) => response.write(text);
	});
	const { port } = await startEdge({ deployments: { v1: backend } });
	const client = rawClient(port, get('/'));
	await client.until('\r\n\r\n');
	send('data: 1\n\n');
	await client.until('data: 1');
	send('data: 2\n\n');
	await client.until('data: 2');
});

it('a slow reader slows the backend down instead of filling memory', async () => {
	const piece = Buffer.alloc(65_536, 'x');
	let written = 0;
	const backend = await startBackend((_, response) => {
		const fill = () => {
			while (written < 400_000_000) {
				written += piece.length;
				if (!response.write(piece)) break;
			}
		};
		response.on('drain', fill);
		fill();
	});
	const { port } = await startEdge({ deployments: { v1: backend } });
	const client = rawClient(port, get('/'));
	await client.until('\r\n\r\n');
	client.socket.pause();
	// What kernels and queues hold, far from all of it.
	expect(await standsStill(() => written)).toBeLessThan(60_000_000);
});

it('a slow backend slows the uploader down instead of filling memory', async () => {
	const backend = await startRawBackend((socket) => socket.pause());
	const { port, edge } = await startEdge({ deployments: { v1: backend.port } });
	const total = 400_000_000;
	const client = rawClient(port, `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${total}\r\n\r\n`);
	const piece = Buffer.alloc(1_000_000);
	for (let i = 0; i < 100; i++) client.socket.write(piece);
	const passed = () => [...edge.context.upstreams.all()][0]?.bytesIn ?? 0;
	expect(await standsStill(passed)).toBeLessThan(60_000_000);
});

it('a body of any kind arrives unchanged: with length, chunked, until close, empty (R2.12)', async () => {
	const backend = await startBackend(async (request, response) => {
		const body = await bodyOf(request);
		if (request.url === '/length') response.setHeader('content-length', body.length);
		response.end(body);
	});
	const raw = await startRawBackend((socket, received) => {
		if (received.endsWith('\r\n\r\n')) socket.end('HTTP/1.0 200 OK\r\n\r\nuntil close');
	});
	const { port } = await startEdge({ deployments: { v1: backend, raw: raw.port } });
	const binary = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7) % 256));
	for (const path of ['/length', '/chunked']) {
		for (const headers of [{ 'content-length': binary.length }, { 'transfer-encoding': 'chunked' }]) {
			const got = await new Promise<Buffer>((resolve, reject) => {
				const request = httpRequest({ port, path, method: 'PUT', headers }, (response) =>
					bodyOf(response).then(resolve, reject),
				);
				request.on('error', reject);
				request.end(binary);
			});
			expect(got.equals(binary)).toBe(true);
		}
	}
	expect(await exchange(port, get('/', ['x-pulse-deployment: raw']))).toMatch(/\r\n\r\nb\r\nuntil close\r\n0\r\n\r\n$/);
});

it('HEAD, 204 and 304 have no body, whatever their head says, and the connection lives on', async () => {
	const backend = await startRawBackend((socket, received) => {
		if (!received.endsWith('\r\n\r\n')) return;
		if (received.includes('/last')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlast');
		else if (received.includes('/304'))
			socket.write('HTTP/1.1 304 Not Modified\r\nETag: "x"\r\nContent-Length: 9\r\n\r\n');
		else if (received.includes('/204')) socket.write('HTTP/1.1 204 No Content\r\n\r\n');
		else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
	});
	const { port } = await startEdge({ deployments: { v1: backend.port } });
	const client = rawClient(port);
	const ask = async (line: string, until: string) => {
		client.socket.write(`${line} HTTP/1.1\r\nHost: a\r\n\r\n`);
		await client.until(until);
	};
	await ask('HEAD /', 'Content-Length: 1000');
	await ask('GET /204', '204 No Content');
	await ask('GET /304', 'Content-Length: 9');
	await ask('GET /last', '\r\n\r\nlast');
	// Only towards the client: a backend may think that it owes the body, so it is not asked on that connection again.
	expect(backend.received.map((text) => text.match(/^\w+ \S+/gm))).toEqual([
		['HEAD /'],
		['GET /204', 'GET /304'],
		['GET /last'],
	]);
});

it.each(['HEAD', 'GET'])('a body that comes after a response to %s which has none reaches nobody', async (method) => {
	const late: (() => void)[] = [];
	const backend = await startRawBackend((socket, received, connection) => {
		if (!received.endsWith('\r\n\r\n')) return;
		if (connection > 0) return void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood');
		socket.write(`HTTP/1.1 ${method === 'HEAD' ? '200' : '204'} OK\r\nContent-Length: 44\r\n\r\n`);
		late.push(() => socket.writable && socket.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison'));
	});
	const { port } = await startEdge({ deployments: { v1: backend.port } });
	const first = rawClient(port, `${method} / HTTP/1.1\r\nHost: a\r\n\r\n`);
	await first.until('\r\n\r\n');
	const second = exchange(port, get('/second'));
	for (const write of late) write();
	expect(await second).toMatch(/\r\n\r\ngood$/);
});

it('trailers pass both ways', async () => {
	const backend = await startRawBackend((socket, received) => {
		if (received.includes('X-Sum: 7\r\n\r\n')) {
			socket.write(
				'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Check\r\n\r\n2\r\nok\r\n0\r\nX-Check: 42\r\n\r\n',
			);
		}
	});
	const { port } = await startEdge({ deployments: { v1: backend.port } });
	const answer = await exchange(
		port,
		'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTE: trailers\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n1\r\na\r\n0\r\nX-Sum: 7\r\n\r\n',
	);
	expect(backend.received[0]).toMatch(/TE: trailers\r\n/);
	expect(answer).toMatch(/2\r\nok\r\n0\r\nX-Check: 42\r\n\r\n$/);
});

it("100-continue is the backend's to say", async () => {
	const backend = await startRawBackend((socket, received) => {
		if (received.endsWith('\r\n\r\n')) socket.write('HTTP/1.1 100 Continue\r\n\r\n');
		if (received.endsWith('body')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
	});
	const { port } = await startEdge({ deployments: { v1: backend.port } });
	const client = rawClient(
		port,
		'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n',
	);
	expect(await client.until('\r\n\r\n')).toBe('HTTP/1.1 100 Continue\r\n\r\n');
	client.socket.write('body');
	expect(await client.ended()).toMatch(/\r\n\r\nok$/);
});

it('a refusal instead of 100-continue closes, because the body will not come', async () => {
	const backend = await startRawBackend((socket, received) => {
		if (received.endsWith('\r\n\r\n')) socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n');
	});
	const { port } = await startEdge({ deployments: { v1: backend.port } });
	const answer = await exchange(
		port,
		'POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n',
	);
	expect(answer).toMatch(/^HTTP\/1\.1 413 Too Large\r\n.*Connection: close\r\n/s);
});

it('early hints pass, an unasked-for 101 does not', async () => {
	const backend = await startRawBackend((socket, received) => {
		if (!received.includes('/switch')) {
			socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
		} else socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n');
	});
	const { port } = await startEdge({ deployments: { v1: backend.port } });
	expect(await exchange(port, get('/hints'))).toMatch(
		/^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>\r\n\r\nHTTP\/1\.1 200 OK\r\n/,
	);
	expect(await exchange(port, get('/switch'))).toMatch(/^HTTP\/1\.1 502 /);
});

it('hints without end to a client that does not read fill no memory', async () => {
	const count = 1_000;
	const hint = `HTTP/1.1 103 Early Hints\r\nLink: ${'a'.repeat(60_000)}\r\n\r\n`;
	let left = count;
	const backend = await startRawBackend((socket) => {
		const write = () => {
			while (left > 0) if (left-- && !socket.write(hint)) return;
			if (left === 0) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone');
			left = -1;
		};
		socket.on('drain', write);
		write();
	});
	const { port } = await startEdge({ deployments: { v1: backend.port } });
	const client = rawClient(port, get('/'));
	client.socket.pause();
	await eventually(() => left === -1);
	client.socket.resume();
	const answer = await client.ended();
	expect(answer).toMatch(/done$/);
	// What the kernel holds for a connection is a few megabytes.
	expect(answer.length).toBeLessThan((count / 2) * hint.length);
});

it('an answer before the end of an upload arrives, and the upload stops at the backend', async () => {
	const backend = await startRawBackend((socket, received) => {
		if (received.includes('first')) socket.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno');
	});
	const { port } = await startEdge({ deployments: { v1: backend.port } });
	const client = rawClient(port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000005\r\n\r\nfirst');
	await client.until('\r\n\r\nno');
	await eventually(() => backend.sockets[0]!.destroyed);
	client.socket.write(Buffer.alloc(1_000_000));
	client.socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: first\r\n\r\n');
	expect((await client.ended()).match(/403 Forbidden/g)).toHaveLength(2);
});

it('a client that leaves ends its request at the backend', async () => {
	const backend = await startRawBackend(() => {});
	const { port, edge, lines } = await startEdge({ deployments: { v1: backend.port } });
	const client = rawClient(port, get('/'));
	await eventually(() => backend.received[0]?.includes('GET /') === true);
	client.socket.destroy();
	await eventually(() => backend.sockets[0]!.destroyed);
	await eventually(() => edge.context.exchanges.size === 0);
	expect(lines).toContainEqual(expect.objectContaining({ cause: 'client-gone' }));
	expect([...edge.context.upstreams.all()][0]!.inFlight).toBe(0);
});

it('a body cut short is cut short for the client, in every framing', async () => {
	const heads = ['Content-Length: 10\r\n\r\npart', 'Transfer-Encoding: chunked\r\n\r\n4\r\npart\r\n'];
	for (const head of heads) {
		const backend = await startRawBackend((socket) => {
			socket.write(`HTTP/1.1 200 OK\r\n${head}`);
			setTimeout(() => socket.destroy(), 20);
		});
		const { port } = await startEdge({ deployments: { v1: backend.port } });
		const answer = await exchange(port, get('/'));
		expect(answer).toContain('part');
		expect(answer).not.toMatch(/0\r\n\r\n$/);
	}
});

it.each([
	['what came in chunks', 'Transfer-Encoding: chunked\r\n\r\n4\r\npart\r\n', {}],
	[
		'a page that has lost its length',
		'Content-Type: text/html\r\nContent-Length: 10\r\n\r\npart',
		{ container: { affinity: 'tab', healthPath: '/' } as const },
	],
])(
	'a client of HTTP/1.0, which knows no chunks, takes nothing for whole that is cut short: %s',
	async (_, head, more) => {
		const backend = await startRawBackend((socket) => {
			socket.write(`HTTP/1.1 200 OK\r\n${head}`);
			setTimeout(() => socket.destroy(), 50);
		});
		const { port } = await startEdge({ deployments: { v1: backend.port }, ...more });
		const client = rawClient(port, 'GET / HTTP/1.0\r\nHost: a\r\nSec-Fetch-Dest: document\r\n\r\n');
		const ended = new Promise((resolve) => {
			client.socket.once('end', () => resolve('its end'));
			client.socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
		});
		expect(await ended).toBe('ECONNRESET');
		expect(client.text()).toMatch(/part$/);
	},
);

it('pipelined requests are sent one after the other and answered in order', async () => {
	let running = 0;
	let most = 0;
	const backend = await startBackend(async (request, response) => {
		most = Math.max(most, ++running);
		await bodyOf(request);
		await new Promise((resolve) => setTimeout(resolve, 5));
		running--;
		response.end(request.url);
	});
	const { port } = await startEdge({ deployments: { v1: backend } });
	const bytes = Array.from(
		{ length: 20 },
		(_, i) => `POST /n${i} HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx`,
	).join('');
	const answer = await exchange(port, bytes + get('/end'));
	expect(answer.match(/\/(n\d+|end)(?=HTTP|$)/g)).toEqual([...Array.from({ length: 20 }, (_, i) => `/n${i}`), '/end']);
	expect(most).toBe(1);
});

it('an HTTP/1.0 client gets no chunks', async () => {
	const backend = await startBackend((_, response) => {
		response.write('a');
		response.end('b');
	});
	const { port } = await startEdge({ deployments: { v1: backend } });
	const answer = await exchange(port, 'GET / HTTP/1.0\r\n\r\n');
	expect(answer).toMatch(/\r\n\r\nab$/);
	expect(answer).not.toMatch(/transfer-encoding/i);
});

if (edgeDefaults.nodeInternals)
	it('an offered upgrade other than websocket is declined by serving the request', async () => {
		const backend = await startBackend(async (request, response) => response.end(await bodyOf(request)));
		const { port } = await startEdge({ deployments: { v1: backend } });
		const answer = await exchange(
			port,
			'POST / HTTP/1.1\r\nHost: a\r\nConnection: close, Upgrade\r\nUpgrade: h2c\r\nContent-Length: 4\r\n\r\nbody',
		);
		expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n.*body/s);
	});
