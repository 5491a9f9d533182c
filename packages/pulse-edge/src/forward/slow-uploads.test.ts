import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startEdge } from '../testing/edge.ts';
import { eventually } from '../testing/eventually.ts';
import { exchange, get, rawClient, startBackend, startRawBackend } from '../testing/sockets.ts';
import { Uploads } from './uploads.ts';

const post = (body: string, length = 1_000_000, more = '') =>
	`POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n${more}\r\n${body}`;

const counting = () =>
	startBackend((request, response) => {
		let bytes = 0;
		request.on('data', (chunk: Buffer) => {
			bytes += chunk.length;
		});
		request.on('end', () => response.end(`got ${bytes}`));
	});

it('uploads that never end leave half of the connections to everything else', async () => {
	const { port, edge } = await startEdge({
		deployments: { a: await counting() },
		connectionLimit: 40,
		connectTimeoutMs: 1_000,
	});
	const slow = Array.from({ length: 60 }, () => rawClient(port, post('x')));
	await eventually(() => edge.context.uploads.open === 20);
	expect(edge.context.pool.open).toBeLessThanOrEqual(20);
	// Pages, and forms that arrive in one piece.
	const answers = await Promise.all([
		...Array.from({ length: 10 }, () => exchange(port, get('/'))),
		...Array.from({ length: 10 }, () => exchange(port, post('hello', 5, 'Connection: close\r\n'))),
	]);
	for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 200 .*got [05]/s);
	// A client that waited for a place in vain is told so, and may come again.
	const refused = await Promise.all(slow.slice(20).map((client) => client.until(/\}$/)));
	for (const answer of refused) expect(answer).toMatch(/^HTTP\/1\.1 503 .*retry-after: 1\r\n.*connection limit/s);
	// A place that is left is taken by the next.
	const next = rawClient(port, post('y', 2));
	await delay(50);
	slow[0]!.socket.destroy();
	next.socket.write('z');
	expect(await next.until(/got \d/)).toMatch(/got 2/);
});

it('a head alone takes no backend connection, however long its body is awaited', async () => {
	const { port, edge } = await startEdge({ deployments: { a: await counting() }, idleTimeoutMs: 2_000 });
	const heads = Array.from({ length: 5 }, () => rawClient(port, post('', 5)));
	await eventually(() => edge.context.exchanges.size === 5);
	await delay(100);
	expect(edge.context.pool.open).toBe(0);
	heads[0]!.socket.write('hello');
	expect(await heads[0]!.until(/got \d/)).toMatch(/got 5/);
	for (const head of heads.slice(1)) expect(await head.ended()).toMatch(/^HTTP\/1\.1 408 /);
	await eventually(() => edge.context.exchanges.size === 0);
	expect(edge.context.uploads.open).toBe(0);
});

it('who waits to be asked for the body is asked, and who listens before it speaks is answered', async () => {
	const talking = await startRawBackend((socket, received) => {
		if (/^POST \/ask /.test(received) && !received.endsWith('hello')) socket.write('HTTP/1.1 100 Continue\r\n\r\n');
		else socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n');
	});
	const { port } = await startEdge({ deployments: { a: talking.port } });
	const asking = rawClient(port, 'POST /ask HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n');
	await asking.until('100 Continue');
	asking.socket.write('hello');
	expect(await asking.until('hi')).toMatch(/200 OK/);
	const both = rawClient(port, 'POST /both HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
	expect(await both.until('hi')).toMatch(/^HTTP\/1\.1 200 /);
});

it('empty and chunked bodies, in one piece or in many, arrive whole', async () => {
	const { port, edge } = await startEdge({ deployments: { a: await counting() }, connectionLimit: 2 });
	const chunked = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n';
	expect(await exchange(port, `${chunked}0\r\n\r\n`)).toMatch(/got 0/);
	expect(await exchange(port, `${chunked}5\r\nhello\r\n0\r\n\r\n`)).toMatch(/got 5/);
	const pieces = rawClient(port, chunked);
	for (const piece of ['5\r\nhel', 'lo\r\n', '3\r\nyou\r\n0\r\n', '\r\n']) {
		await delay(20);
		pieces.socket.write(piece);
	}
	expect(await pieces.ended()).toMatch(/got 8/);
	const large = 'x'.repeat(2_000_000);
	const uploads = Array.from({ length: 4 }, () => exchange(port, post(large, large.length, 'Connection: close\r\n')));
	for (const answer of await Promise.all(uploads)) expect(answer).toMatch(/got 2000000/);
	await eventually(() => edge.context.uploads.open === 0);
});

/** A body as its place sees it. */
function body() {
	const one = { received: 1, awaited: true, expired: false, leave: () => {}, expire: () => {} };
	one.expire = () => {
		one.expired = true;
		one.leave();
	};
	return one;
}

it('a trickle keeps its place until another waits for it, and only after half a minute', () => {
	const uploads = new Uploads({ limit: 3, patienceMs: 60_000 });
	const [trickle, brisk, stalled] = [body(), body(), { ...body(), awaited: false }];
	for (const one of [trickle, brisk, stalled])
		one.leave = uploads.enter(
			one,
			() => {},
			() => {},
		);
	const seconds = (count: number) => {
		for (let i = 0; i < count; i++) {
			brisk.received += 600;
			trickle.received += 400;
			uploads.sweep();
		}
	};
	seconds(3_600);
	expect([trickle.expired, brisk.expired, stalled.expired, uploads.open]).toEqual([false, false, false, 3]);
	let entered = false;
	const leave = uploads.enter(
		body(),
		() => {
			entered = true;
		},
		() => {},
	);
	expect(entered).toBe(false);
	seconds(1);
	// Not the one whose backend does not take more.
	expect([trickle.expired, brisk.expired, stalled.expired, entered]).toEqual([true, false, false, true]);
	leave();
	// One that was fast at first, and now stands still.
	brisk.received += 1_000_000_000;
	const late = [body(), body()].map((one) =>
		uploads.enter(
			one,
			() => {},
			() => {},
		),
	);
	for (let i = 0; i < 29; i++) uploads.sweep();
	expect(brisk.expired).toBe(false);
	for (let i = 0; i < 31; i++) uploads.sweep();
	expect(brisk.expired).toBe(true);
	for (const one of late) one();
});
