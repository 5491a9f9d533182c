import { createServer, type ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import { type BrotliCompress, constants, createBrotliCompress, createGzip, type Gzip } from 'node:zlib';
import { WebSocketServer } from 'ws';

/** The app behind every peer, in a process of its own: a small answer, a page, a megabyte, a page of ten, a websocket echo. Prints its port. */
const SMALL = Buffer.from(JSON.stringify({ hello: 'world', numbers: [1, 2, 3], text: 'x'.repeat(200) }));
const BARE_HEAD = { 'Content-Type': 'application/json', 'Content-Length': SMALL.length };
/** Eight with the `Date` that Node adds; what concerns the connection alone comes on top. */
const BROWSER_HEAD = {
	...BARE_HEAD,
	'Cache-Control': 'private, no-cache',
	ETag: 'W/"10b-7pGqW9ydxTNvEwAzGXnhS1wLd3U"',
	Vary: 'Accept-Encoding, Cookie',
	'X-Content-Type-Options': 'nosniff',
	'Set-Cookie': 'pulse.seen=1764316800; Path=/; HttpOnly; SameSite=Lax',
};
const LINE = '<li class="item"><a href="/orders/2026/11">An order of November</a> <span>in progress</span></li>\n';
const PAGE = Buffer.from(
	`<!doctype html>\n<html lang="en"><head><title>Orders</title></head><body><ul>\n${LINE.repeat(300)}</ul></body></html>\n`,
);
const PAGE_HEAD = { ...BROWSER_HEAD, 'Content-Type': 'text/html; charset=utf-8', 'Content-Length': PAGE.length };
const MEGABYTE = Buffer.alloc(1_000_000, 'm');
/** Ten megabytes, in a thousand pieces. */
const PIECES = Array.from({ length: 1_000 }, (_, i) =>
	Buffer.from(i === 0 ? PAGE.subarray(0, 10_240) : LINE.repeat(Math.ceil(10_240 / LINE.length)).slice(0, 10_240)),
);
const ENCODERS = { gzip: () => createGzip({ level: 1 }), br: () => createBrotliCompress({ params: FAST }) };
const FAST = { [constants.BROTLI_PARAM_QUALITY]: 1 };
const encoded = new Map<string, Promise<Buffer[]>>();

const server = createServer((request, response) => {
	if (request.url!.startsWith('/megabyte')) {
		response
			.writeHead(200, { 'Content-Type': 'application/octet-stream', 'Content-Length': MEGABYTE.length })
			.end(MEGABYTE);
	} else if (request.url!.startsWith('/page')) {
		response.writeHead(200, PAGE_HEAD).end(PAGE);
	} else if (request.url!.startsWith('/long')) {
		void sendLong(request.url!.split('?')[1] ?? '', response);
	} else if (request.url!.startsWith('/echo')) {
		response.writeHead(200, { 'Content-Type': request.headers['content-type'] ?? 'text/plain' });
		request.pipe(response);
	} else {
		response.writeHead(200, request.url!.startsWith('/bare') ? BARE_HEAD : BROWSER_HEAD).end(SMALL);
	}
});
async function sendLong(coding: string, response: ServerResponse): Promise<void> {
	const pieces = coding === 'gzip' || coding === 'br' ? await encodedBy(coding) : PIECES;
	response.writeHead(200, {
		'Content-Type': 'text/html; charset=utf-8',
		...(pieces === PIECES ? {} : { 'Content-Encoding': coding, Vary: 'Accept-Encoding' }),
	});
	for (const piece of pieces) {
		if (!response.write(piece)) await new Promise((resolve) => response.once('drain', resolve));
		if (response.destroyed) return;
	}
	response.end();
}

/** As a framework that streams sends it: each piece can be read as it comes. Encoded once, for all requests. */
function encodedBy(coding: keyof typeof ENCODERS): Promise<Buffer[]> {
	const known = encoded.get(coding) ?? eachEncoded(ENCODERS[coding]());
	encoded.set(coding, known);
	return known;
}

async function eachEncoded(encoder: Gzip | BrotliCompress): Promise<Buffer[]> {
	const out: Buffer[] = [];
	let got: Buffer[] = [];
	encoder.on('data', (bytes: Buffer) => got.push(bytes));
	for (const piece of PIECES) {
		encoder.write(piece);
		await new Promise<void>((resolve) => encoder.flush(() => resolve()));
		out.push(Buffer.concat(got));
		got = [];
	}
	encoder.end();
	await finished(encoder);
	return [...out, Buffer.concat(got)];
}

server.keepAliveTimeout = 60_000;
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on('connection', (socket) => socket.on('message', (data, binary) => socket.send(data, { binary })));
server.listen(0, '127.0.0.1', () => {
	process.stdout.write(`${(server.address() as { port: number }).port}\n`);
});
