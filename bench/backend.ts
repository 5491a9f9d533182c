import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

/** The app behind every peer, in a process of its own: a small answer, a page, a megabyte, a websocket echo. Prints its port. */
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

const server = createServer((request, response) => {
	if (request.url!.startsWith('/megabyte')) {
		response
			.writeHead(200, { 'Content-Type': 'application/octet-stream', 'Content-Length': MEGABYTE.length })
			.end(MEGABYTE);
	} else if (request.url!.startsWith('/page')) {
		response.writeHead(200, PAGE_HEAD).end(PAGE);
	} else if (request.url!.startsWith('/echo')) {
		response.writeHead(200, { 'Content-Type': request.headers['content-type'] ?? 'text/plain' });
		request.pipe(response);
	} else {
		response.writeHead(200, request.url!.startsWith('/bare') ? BARE_HEAD : BROWSER_HEAD).end(SMALL);
	}
});
server.keepAliveTimeout = 60_000;
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on('connection', (socket) => socket.on('message', (data, binary) => socket.send(data, { binary })));
server.listen(0, '127.0.0.1', () => {
	process.stdout.write(`${(server.address() as { port: number }).port}\n`);
});
