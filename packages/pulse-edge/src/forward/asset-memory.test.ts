import type { RequestListener } from 'node:http';
import { expect, it } from 'vitest';
import { startEdge } from '../testing/edge.ts';
import { eventually } from '../testing/eventually.ts';
import { exchange, get, rawClient, startBackend, startRawBackend } from '../testing/sockets.ts';

const asset = (path: string, more: string[] = []) => get(path, ['Sec-Fetch-Dest: script', ...more]);
const missing: RequestListener = (_, response) => void response.writeHead(404).end('nothing here');

/** A draining deployment `old` behind an active one. */
async function skewed(old: RequestListener | number, active: RequestListener | number = missing) {
	const port = async (one: RequestListener | number) => (typeof one === 'number' ? one : await startBackend(one));
	const skewedEdge = await startEdge({ deployments: { old: await port(old), active: await port(active) } });
	skewedEdge.table.promote('active');
	return skewedEdge;
}

it('what is hidden from one user is not taken for missing when another asks', async () => {
	const { port } = await skewed((request, response) => {
		if (request.headers.cookie === 'user=a') response.end('secret');
		else response.writeHead(404).end();
	});
	expect(await exchange(port, asset('/a.js'))).toMatch(/^HTTP\/1\.1 404 .*nothing here/s);
	expect(await exchange(port, asset('/a.js', ['Cookie: user=b']))).toMatch(/^HTTP\/1\.1 404 /);
	expect(await exchange(port, asset('/a.js', ['Cookie: user=a']))).toMatch(/secret$/);
	expect(await exchange(port, asset('/a.js', ['Cookie: user=b']))).toMatch(/^HTTP\/1\.1 404 .*nothing here/s);
});

it('no answer is kept: a found asset is asked for anew, with the credentials of whoever asks', async () => {
	const seen: unknown[] = [];
	const { port } = await skewed((request, response) => {
		seen.push(request.headers.authorization);
		response.end(`for ${request.headers.authorization}`);
	});
	for (const user of ['a', 'b'])
		expect(await exchange(port, asset('/a.js', [`Authorization: ${user}`]))).toMatch(new RegExp(`for ${user}$`));
	expect(seen).toEqual(['a', 'b']);
});

it.each([
	['a deployment that failed', 503, []],
	['a range that nobody can satisfy', 416, ['Range: bytes=999999999-']],
	['a condition that fails', 412, ['If-Match: "x"']],
])('%s does not count as missing', async (_, status, headers) => {
	let asked = 0;
	const { port } = await skewed((_request, response) => {
		if (asked++ === 0) response.writeHead(status as number).end();
		else response.end('chunk');
	});
	expect(await exchange(port, asset('/a.js', headers as string[]))).toMatch(/^HTTP\/1\.1 404 /);
	expect(await exchange(port, asset('/a.js'))).toMatch(/chunk$/);
});

it('conditional and partial answers of a draining deployment are passed on', async () => {
	const { port } = await skewed((request, response) => {
		if (request.headers.range) response.writeHead(206, { 'content-range': 'bytes 0-1/5' }).end('ch');
		else response.writeHead(304, { etag: '"x"' }).end();
	});
	expect(await exchange(port, asset('/a.js', ['Range: bytes=0-1']))).toMatch(/^HTTP\/1\.1 206 .*bytes 0-1\/5.*ch/s);
	expect(await exchange(port, asset('/a.js', ['If-None-Match: "x"']))).toMatch(/^HTTP\/1\.1 304 .*etag: "x"/s);
});

it('targets are told apart by their queries, and very long ones are not remembered', async () => {
	const asked: string[] = [];
	const { port } = await skewed((request, response) => {
		asked.push(request.url!);
		if (request.url!.endsWith('b.js')) response.end('b');
		else response.writeHead(404).end();
	});
	const long = `/${'a'.repeat(2_000)}`;
	for (const target of ['/f?a.js', '/f?a.js', long, long]) {
		expect(await exchange(port, asset(target))).toMatch(/^HTTP\/1\.1 404 /);
	}
	expect(await exchange(port, asset('/f?b.js'))).toMatch(/b$/);
	expect(asked).toEqual(['/f?a.js', long, long, '/f?b.js']);
});

it('a "not found" without end is passed on as it comes', async () => {
	const { port } = await skewed(missing, (_, response) => {
		response.writeHead(404);
		const more = setInterval(() => response.write('x'.repeat(20_000)), 5);
		response.on('close', () => clearInterval(more));
	});
	const client = rawClient(port, asset('/a.js'));
	const text = await client.until(/x{1000}/);
	expect(text).toMatch(/^HTTP\/1\.1 404 .*x-pulse-selected-deployment: active/s);
	await eventually(() => client.text().length > 300_000);
});

it('a "not found" that is cut short is no answer: its length would take from the next one', async () => {
	const cut = await startRawBackend((socket) => socket.end('HTTP/1.1 404 Gone\r\nContent-Length: 50\r\n\r\nhalf'));
	const { port } = await skewed(missing, cut.port);
	expect(await exchange(port, asset('/a.js'))).toMatch(/^HTTP\/1\.1 502 /);
});

it('a draining deployment that hangs or talks without end does not hold up a "not found"', async () => {
	const hung = await startRawBackend(() => {});
	const { port, edge } = await skewed(hung.port);
	const endless = await skewed((_, response) => {
		response.writeHead(500);
		const more = setInterval(() => response.write('x'.repeat(20_000)), 5);
		response.on('close', () => clearInterval(more));
	});
	const [first, second] = await Promise.all([exchange(port, asset('/a.js')), exchange(endless.port, asset('/a.js'))]);
	for (const answer of [first, second]) expect(answer).toMatch(/^HTTP\/1\.1 404 .*nothing here/s);
	await eventually(() => [...edge.context.upstreams.all()].every((one) => one.inFlight === 0));
});
