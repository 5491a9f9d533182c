import { randomBytes } from 'node:crypto';
import type { RequestListener, ServerResponse } from 'node:http';
import * as zlib from 'node:zlib';
import { expect, test } from 'vitest';
import { startEdge } from '../../testing/edge.ts';
import { eventually, standsStill } from '../../testing/eventually.ts';
import { exchange, get, rawClient, startBackend } from '../../testing/sockets.ts';
import { unchunked } from '../../testing/unchunked.ts';
import { codingOf, decodable } from './codings.ts';

const PAGE = `<!doctype html><html><head><title>x</title></head><body>${'<p>a line of it</p>\n'.repeat(2_000)}</body></html>`;
const SCRIPT = /<script src="\/_pulse\/edge\/tab\.\w+\.js" data-pulse="one"><\/script>/;

async function app(listener: RequestListener) {
	const edge = await startEdge({
		deployments: { one: await startBackend(listener) },
		container: { affinity: 'tab', healthPath: '/' },
	});
	const bytes = get('/', ['Sec-Fetch-Dest: document', 'Accept-Encoding: gzip, deflate, br, zstd']);
	return { ...edge, bytes, ask: () => exchange(edge.port, bytes) };
}

function split(answer: string): { head: string; body: Buffer } {
	const at = answer.indexOf('\r\n\r\n');
	const head = answer.slice(0, at);
	const body = Buffer.from(answer.slice(at + 4), 'latin1');
	return { head, body: /transfer-encoding: chunked/i.test(head) ? unchunked(body) : body };
}

const startPage = (response: ServerResponse, encoding: string, more: Record<string, string> = {}) =>
	response.writeHead(200, { 'content-type': 'text/html', 'content-encoding': encoding, ...more });

const { zstdCompressSync, zstdDecompressSync } = zlib as unknown as Record<string, (bytes: Buffer) => Buffer>;

const CODINGS: [string, string, (bytes: Buffer) => Buffer, (bytes: Buffer) => Buffer][] = [
	['gzip', 'gzip', zlib.gzipSync, zlib.gunzipSync],
	['gzip by its old name', 'X-GZip', zlib.gzipSync, zlib.gunzipSync],
	['deflate', 'deflate', zlib.deflateSync, zlib.inflateSync],
	['deflate as some understand it', 'deflate', zlib.deflateRawSync, zlib.inflateSync],
	['brotli', 'br', zlib.brotliCompressSync, zlib.brotliDecompressSync],
];
if (zstdCompressSync !== undefined) CODINGS.push(['zstd', 'zstd', zstdCompressSync, zstdDecompressSync!]);

test.each(CODINGS)(
	'a page that its app has encoded goes on in the same encoding, with the script: %s (C1.7)',
	async (_, name, encode, decode) => {
		const encoded = encode(Buffer.from(PAGE));
		const ways: [string, (response: ServerResponse) => unknown][] = [
			['whole', (response) => startPage(response, name, { 'content-length': `${encoded.length}` }).end(encoded)],
			['in chunks', (response) => startPage(response, name).end(encoded)],
			[
				'in chunks of some bytes',
				(response) => {
					startPage(response, name, { vary: 'accept-encoding' });
					for (let at = 0; at < encoded.length; at += 7) response.write(encoded.subarray(at, at + 7));
					response.end();
				},
			],
		];
		for (const [way, send] of ways) {
			const { ask } = await app((_request, response) => void send(response));
			const { head, body } = split(await ask());
			const page = decode(body).toString();
			expect(page.replace(SCRIPT, ''), way).toBe(PAGE);
			expect(page, way).toMatch(/^<!doctype html><html><head><script src="\/_pulse/);
			expect(head).toContain(`content-encoding: ${name}`);
			expect(head.match(/vary: accept-encoding/gi)).toHaveLength(1);
			expect(head).not.toMatch(/content-length|etag/i);
		}
	},
);

test.each([
	['gzip, deflate, br, compress;q=0.5, *;q=0.1', 'gzip, deflate, br'],
	['br;q=1.0, gzip;q=0.8', 'br;q=1.0, gzip;q=0.8'],
	['gzip;q=0, identity', 'gzip;q=0, identity'],
	['compress', 'identity'],
	['*', 'identity'],
])('a client that takes %j is said to take %j (C1.7)', (given, expected) => {
	expect(decodable(given)).toBe(expected);
});

test('what is encoded twice, or in a way that nobody knows, is left alone (C1.7)', () => {
	expect(['gzip, br', 'x', 'aws-chunked'].map(codingOf)).toEqual([null, null, null]);
	expect(['', ' identity '].map(codingOf)).toEqual(['plain', 'plain']);
});

test('a page that says how it may be kept on its way is still one that nobody may change or keep (C1.7)', async () => {
	const { ask } = await app((_, response) =>
		startPage(response, 'gzip', { 'cache-control': 'no-transform, max-age=1, No-Store' }).end(zlib.gzipSync(PAGE)),
	);
	expect((await ask()).toLowerCase()).toContain('cache-control: private, no-cache, no-transform, no-store\r\n');
});

test('what an app says in several lines counts as if it were one (C1.7)', async () => {
	const answers = async (...more: string[]) => {
		const { ask } = await app((_, response) =>
			response.writeHead(200, ['Content-Type', 'text/html', ...more]).end(zlib.gzipSync(PAGE)),
		);
		return split(await ask());
	};
	const encoding = 'Content-Encoding';
	const kept = await answers(encoding, 'gzip', 'Cache-Control', 'private', 'Cache-Control', 'no-store');
	expect(kept.head).toContain('cache-control: private, no-cache, no-store\r\n');
	const twice = await answers(encoding, 'identity', encoding, 'gzip');
	expect(zlib.gunzipSync(twice.body).toString()).toBe(PAGE);
	const varied = await answers(encoding, 'gzip', 'Vary', 'Accept', 'Vary', 'Accept-Encoding');
	expect(varied.head.match(/accept-encoding/gi)).toHaveLength(1);
});

test.each(['gzip', 'br'] as const)(
	'a shell that comes before the rest can be read at once, encoded as it is: %s (C1.7)',
	async (name) => {
		let finish = () => {};
		const { port, bytes } = await app((_request, response) => {
			startPage(response, name);
			const encoder = name === 'gzip' ? zlib.createGzip() : zlib.createBrotliCompress();
			encoder.pipe(response);
			encoder.write('<!doctype html><head><title>shell</title>');
			encoder.flush();
			finish = () => encoder.end('<p>rest');
		});
		const client = rawClient(port, bytes);
		const read = () => {
			const { body } = split(client.text());
			const begun = { finishFlush: zlib.constants.Z_SYNC_FLUSH };
			const flushed = { finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH };
			return (name === 'gzip' ? zlib.gunzipSync(body, begun) : zlib.brotliDecompressSync(body, flushed)).toString();
		};
		await client.until('\r\n\r\n');
		await eventually(() => client.text().split('\r\n\r\n')[1]!.length > 20 && read().includes('<title>shell</title>'));
		expect(read()).toMatch(SCRIPT);
		finish();
		await client.until(/\r\n0\r\n\r\n$/);
		expect(read()).toContain('<p>rest');
	},
);

const gzipped = zlib.gzipSync(PAGE);
test.each([
	['ends in the middle', 'gzip', gzipped.subarray(0, gzipped.length >> 1)],
	['ends in the middle, in brotli', 'br', zlib.brotliCompressSync(PAGE).subarray(0, 60)],
	['is something else', 'gzip', Buffer.from(PAGE)],
	['has a wrong sum', 'gzip', Buffer.concat([gzipped.subarray(0, -8), Buffer.alloc(8)])],
	['has a wrong length', 'gzip', Buffer.concat([gzipped.subarray(0, -4), Buffer.alloc(4)])],
	['has half a sum', 'gzip', gzipped.subarray(0, -6)],
	['has no sum', 'gzip', gzipped.subarray(0, -8)],
	['ends in its head', 'gzip', gzipped.subarray(0, 5)],
	['is of a future kind', 'gzip', Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0x80]), gzipped.subarray(4)])],
	[
		'unfolds beyond all measure',
		'br',
		zlib.brotliCompressSync(Buffer.alloc(100_000_000, '<p>'), { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } }),
	],
])('a page that %s is cut, never taken for whole, and told (C1.7)', async (_, name, bytes) => {
	const { ask, lines, edge } = await app((_request, response) => startPage(response, name).end(bytes));
	expect(await ask()).not.toMatch(/\r\n0\r\n\r\n$/);
	await eventually(() => edge.context.exchanges.size === 0);
	expect(lines).toContainEqual(expect.objectContaining({ cause: 'bad-response', deployment: 'one' }));
});

/** As its specification lets it be, and no server writes it: with everything in its head that can be there. */
function oddGzip(text: string): Buffer {
	const plain = zlib.gzipSync(text);
	const extra = Buffer.from([3, 0, 1, 2, 3]);
	return Buffer.concat([
		...[Buffer.from([0x1f, 0x8b, 8, 4 | 8 | 16 | 2 | 1]), plain.subarray(4, 10), extra],
		...[Buffer.from('name\0comment\0'), Buffer.from([9, 9]), plain.subarray(10)],
	]);
}

test.each([
	...CODINGS.filter(([, name]) => name !== 'zstd'),
	['gzip with all that its head can hold', 'gzip', (bytes: Buffer) => oddGzip(String(bytes)), zlib.gunzipSync] as const,
])(
	'what stands behind the end of an encoded page, in the same read too, cuts nothing of it, as in browsers: %s (C1.7)',
	async (_, name, encode, decode) => {
		const encoded = encode(Buffer.from(PAGE));
		for (const behind of [
			Buffer.from('\r\n'),
			Buffer.alloc(9),
			Buffer.alloc(100_000, 1),
			encode(Buffer.from('another')),
		]) {
			const bytes = Buffer.concat([encoded, behind]);
			for (const size of [bytes.length, encoded.length, 7, encoded.length - 3]) {
				const { ask, lines } = await app((_request, response) => {
					startPage(response, name, { 'content-length': String(bytes.length) });
					for (let at = 0; at < bytes.length; at += size) response.write(bytes.subarray(at, at + size));
					response.end();
				});
				expect(
					decode(split(await ask()).body)
						.toString()
						.replace(SCRIPT, ''),
				).toBe(PAGE);
				expect(lines).toEqual([]);
			}
		}
	},
);

test('what follows behind the end of an encoded page is dropped, and the page is whole (C1.7)', async () => {
	const { ask } = await app((_, response) => {
		startPage(response, 'br').write(zlib.brotliCompressSync(PAGE));
		setTimeout(() => response.end(Buffer.alloc(100_000, 1)), 50);
	});
	expect(zlib.brotliDecompressSync(split(await ask()).body).toString()).toMatch(SCRIPT);
});

test('an encoded page of ten megabytes in a thousand pieces waits for its reader, and ends with him (C1.7)', async () => {
	const { port, bytes, edge } = await app((_request, response) => {
		startPage(response, 'gzip');
		const encoder = zlib.createGzip({ level: 0 });
		encoder.pipe(response);
		encoder.write('<!doctype html>');
		let left = 1_000;
		const more = () => {
			while (left-- > 0) if (!encoder.write(randomBytes(10_240))) return void encoder.once('drain', more);
			encoder.end();
		};
		more();
	});
	const slow = rawClient(port, bytes);
	slow.socket.pause();
	const passed = () => [...edge.context.upstreams.all()][0]?.bytesOut ?? 0;
	await standsStill(passed, 100);
	expect(passed()).toBeLessThan(9_000_000);
	slow.socket.destroy();
	await eventually(() => edge.context.exchanges.size === 0);
});
