import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, request, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { systemClock } from 'pulse-deploy-kit/clock';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { deploymentKey, hopProof } from './hop.ts';
import { Replicas } from './replicas.ts';

const SECRET = 'shared by the tasks';
const ID = 'prod-20260402-120000Z';

interface TestTask {
	readonly address: string;
	readonly server: Server;
	readonly replicas: Replicas;
	/** What reached its app. */
	readonly seen: IncomingMessage[];
}

/** A task on an address of its own, on the port that all of them have. */
async function task(
	all: string[],
	app: RequestListener,
	own: { address?: string; secret?: string } = {},
): Promise<TestTask> {
	const address = own.address ?? `127.${randomInt(1, 255)}.${randomInt(0, 256)}.${randomInt(1, 255)}`;
	all.push(address);
	const replicas = new Replicas({
		secret: own.secret ?? SECRET,
		deploymentId: ID,
		address,
		list: async () => all,
		log: { warn: () => {} },
		clock: systemClock,
	});
	const seen: IncomingMessage[] = [];
	const server = createServer(async (request, response) => {
		const other = replicas.otherOf(request);
		const passed = other === null ? 'here' : await replicas.pass(request, response, other);
		if (passed === 'gone') response.writeHead(409).end('gone');
		if (passed !== 'here') return;
		seen.push(request);
		app(request, response);
	});
	const sockets = new WebSocketServer({ noServer: true });
	server.on('upgrade', async (request: IncomingMessage, socket: Socket, head: Buffer) => {
		socket.on('error', () => {});
		const other = replicas.otherOf(request);
		if (other !== null && (await replicas.passSocket(request, socket, head, other)) === 'passed') return;
		seen.push(request);
		if (request.url?.startsWith('/refused'))
			return void socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno');
		sockets.handleUpgrade(request, socket, head, (webSocket) => {
			webSocket.on('message', (data, isBinary) => webSocket.send(data, { binary: isBinary }));
		});
	});
	await new Promise<void>((resolve) => server.listen(8000, address, resolve));
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	return { address, server, replicas, seen };
}

/** A request to `first` for a page of `second`. */
function ask(first: TestTask, second: TestTask, path = '/', options: object = {}) {
	const joint = path.includes('?') ? '&' : '?';
	return request({
		host: first.address,
		port: 8000,
		path: `${path}${joint}pulse_replica=${second.replicas.token}`,
		agent: false,
		...options,
	});
}

async function answered(asking: ReturnType<typeof ask>): Promise<IncomingMessage & { text(): Promise<string> }> {
	const [response] = (await once(asking, 'response')) as [IncomingMessage];
	const text = async () => Buffer.concat(await response.toArray()).toString();
	return Object.assign(response, { text });
}

async function two(app: RequestListener = (_, response) => response.end('app')) {
	const all: string[] = [];
	return [await task(all, app), await task(all, app)] as const;
}

// Machines that have no addresses but 127.0.0.1 have no tasks beside each other.
describe.runIf(process.platform !== 'darwin')('a request for a page of another task (A11.7)', () => {
	test('goes there and back as it is: method, path, body, repeated and forwarded headers, status', async () => {
		const [first, second] = await two((asked, response) => {
			response.writeHead(418, 'Short', ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'X-Own', 'yes']);
			asked.pipe(response);
		});
		const asking = ask(first, second, '/a%2Fb?x=1&x=%20', {
			method: 'PATCH',
			headers: { 'X-Forwarded-For': '192.0.2.7', 'X-Forwarded-Proto': 'https', Cookie: 'c=1', Host: 'app.example.com' },
		});
		asking.end('body');
		const response = await answered(asking);
		expect([response.statusCode, response.statusMessage, await response.text()]).toEqual([418, 'Short', 'body']);
		expect(response.headers['set-cookie']).toEqual(['a=1', 'b=2']);
		expect(first.seen).toEqual([]);
		const [{ method, url, headers }] = second.seen as [IncomingMessage];
		expect([method, url]).toEqual(['PATCH', `/a%2Fb?x=1&x=%20&pulse_replica=${second.replicas.token}`]);
		expect(headers).toMatchObject({
			'x-forwarded-for': '192.0.2.7',
			'x-forwarded-proto': 'https',
			cookie: 'c=1',
			host: 'app.example.com',
		});
		expect(headers).not.toHaveProperty('x-pulse-replica-hop');
	});

	test('that announces trailers, and has none, goes there without that word', async () => {
		const [first, second] = await two();
		for (const [method, more] of [
			['GET', ''],
			['POST', 'Content-Length: 2\r\n'],
		]) {
			const client = connect(8000, first.address);
			const head = `${method} /?pulse_replica=${second.replicas.token} HTTP/1.1\r\nHost: a\r\nTrailer: x\r\nConnection: close\r\n`;
			client.write(`${head}${more}\r\n${more === '' ? '' : 'ab'}`);
			expect(Buffer.concat(await client.toArray()).toString()).toMatch(/^HTTP\/1\.1 200 .*app$/s);
		}
		expect(second.seen.map(({ headers }) => headers.trailer)).toEqual([undefined, undefined]);
	});

	test.each(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'POST'])('without a body stays without one (%s)', async (method) => {
		const [first, second] = await two();
		const asking = ask(first, second, '/', { method });
		asking.end();
		const response = await answered(asking);
		expect(await response.text()).toBe(method === 'HEAD' ? '' : 'app');
		expect(second.seen[0]?.headers['transfer-encoding']).toBeUndefined();
	});

	test('is passed on once: one that comes with proof is served where it comes, whatever it names', async () => {
		const [first, second] = await two();
		const proof = hopProof(deploymentKey(SECRET, ID), first.replicas.token);
		for (const [hop, reached] of [
			[proof, first],
			['A'.repeat(proof.length), second],
		] as const) {
			const asking = ask(first, second, '/', { headers: { 'X-Pulse-Replica-Hop': hop } });
			asking.end();
			await (await answered(asking)).text();
			expect(reached.seen).toHaveLength(1);
			expect(reached.seen[0]?.rawHeaders.join().toLowerCase()).not.toContain('replica-hop');
		}
		expect([first.seen.length, second.seen.length]).toEqual([1, 1]);
	});

	test('streams: the first event is there before the second, and a client that leaves ends it', async () => {
		let ended = false;
		const [first, second] = await two((_, response) => {
			response.writeHead(200, { 'content-type': 'text/event-stream' });
			response.flushHeaders();
			response.on('close', () => {
				ended = true;
			});
			setTimeout(() => response.write('data: 1\n\n'), 50);
		});
		const asking = ask(first, second);
		asking.end();
		const response = await answered(asking);
		const [event] = await once(response, 'data');
		expect(String(event)).toBe('data: 1\n\n');
		asking.destroy();
		await expect.poll(() => ended).toBe(true);
	});

	test('of a task that dies in the middle of its answer is cut off, not shortened', async () => {
		const [first, second] = await two((_, response) => {
			response.write('half');
			setTimeout(() => response.destroy(), 50);
		});
		const asking = ask(first, second);
		asking.on('error', () => {});
		asking.end();
		const response = await answered(asking);
		await expect(response.text()).rejects.toThrow();
	});

	test('whose body is not wanted gets the answer all the same, and its connection ends', async () => {
		const [first, second] = await two((_, response) => {
			response.writeHead(413, { connection: 'close' }).end('too large');
		});
		const asking = ask(first, second, '/', { method: 'POST', headers: { 'content-length': 50_000_000 } });
		asking.on('error', () => {});
		asking.write('x');
		const response = await answered(asking);
		expect([response.statusCode, response.headers.connection, await response.text()]).toEqual([
			413,
			'close',
			'too large',
		]);
	});

	test('keeps nothing of a large body that its task does not read', async () => {
		const [first, second] = await two(() => {});
		const asking = ask(first, second, '/', { method: 'POST' });
		asking.on('error', () => {});
		let written = 0;
		const chunk = Buffer.alloc(64 * 1024, 1);
		while (written < 100_000_000 && (asking.write(chunk) || (await drained(asking)))) written += chunk.length;
		// What kernels hold on the way is some megabytes a connection.
		expect(written).toBeLessThan(50_000_000);
		asking.destroy();
	});

	test('is told apart from one of a task that is gone, and of no task at all', async () => {
		const [first, second] = await two();
		second.server.close();
		const refused = ask(first, second);
		refused.end();
		expect((await answered(refused)).statusCode).toBe(409);
		const malformed = request({ host: first.address, port: 8000, path: '/?pulse_replica=10.0.0.4:8000', agent: false });
		malformed.end();
		expect(await (await answered(malformed)).text()).toBe('app');
	});
});

async function drained(asking: ReturnType<typeof ask>): Promise<boolean> {
	return Promise.race([
		once(asking, 'drain').then(() => true),
		new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 200)),
	]);
}

describe.runIf(process.platform !== 'darwin')('a websocket for a page of another task (A11.7)', () => {
	const open = (first: TestTask, second: TestTask, path = '/raw') =>
		new WebSocket(`ws://${first.address}:8000${path}?pulse_replica=${second.replicas.token}`, ['chat']);

	test('is open to it: messages of any size, close codes, subprotocols', async () => {
		const [first, second] = await two();
		const socket = open(first, second);
		await once(socket, 'open');
		expect(socket.protocol).toBe('chat');
		for (const size of [0, 1, 70_000, 3_000_000]) {
			socket.send(Buffer.alloc(size, 7));
			const [data] = await once(socket, 'message');
			expect((data as Buffer).length).toBe(size);
		}
		expect([first.seen.length, second.seen.length]).toEqual([0, 1]);
		socket.close(4002, 'done');
		expect((await once(socket, 'close'))[0]).toBe(4002);
	});

	test('ends with the task, and with the client', async () => {
		const [first, second] = await two();
		const socket = open(first, second);
		await once(socket, 'open');
		second.seen[0]?.socket.destroy();
		await once(socket, 'close');
		const again = open(first, second);
		await once(again, 'open');
		const theirs = second.seen.at(-1)?.socket;
		again.terminate();
		await expect.poll(() => theirs?.destroyed).toBe(true);
	});

	test('that its task refuses gets that very answer, and the connection ends', async () => {
		const [first, second] = await two();
		const socket = connect(8000, first.address);
		socket.write(
			`GET /refused?pulse_replica=${second.replicas.token} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
		);
		const text = Buffer.concat(await socket.toArray()).toString();
		expect(text).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
		expect(text).toMatch(/\r\n\r\nno$/);
	});

	test('whose task is gone is served where it came', async () => {
		const [first, second] = await two();
		second.server.close();
		const socket = open(first, second);
		await once(socket, 'open');
		expect(first.seen).toHaveLength(1);
		socket.terminate();
	});
});
