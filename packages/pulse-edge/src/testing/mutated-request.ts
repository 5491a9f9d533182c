const STARTS = [
	'GET / HTTP/1.1',
	'GET /a/b?c=d&e=%20%2f HTTP/1.1',
	'POST /form HTTP/1.1',
	'HEAD /h HTTP/1.1',
	'OPTIONS /o HTTP/1.1',
	'OPTIONS * HTTP/1.1',
	'PUT /p|^"{}<> HTTP/1.1',
	'DELETE //d HTTP/1.1',
	'PATCH /~x HTTP/1.1',
	'GET /f#g HTTP/1.1',
	'GET http://other/ HTTP/1.1',
	'GET / HTTP/1.0',
	'get / HTTP/1.1',
	'CONNECT a:1 HTTP/1.1',
	'PROPFIND /x HTTP/1.1',
	'QUERY /q HTTP/1.1',
];
const HEADERS = [
	'sec-ch-ua: "Chromium";v="140", "Not=A?Brand";v="24"',
	'User-Agent: Mozilla/5.0 (X11; Linux x86_64)',
	'Accept: */*',
	'Referer: https://app.example.com/a?b',
	'Cookie: a=b; c="d"',
	'Connection: keep-alive',
	'connection: Keep-Alive',
	'X-A:b',
	'X-B:  c\t ',
	'X-Empty:',
	'X-Blank: \t ',
	'X-Latin: \xe9\xff',
	"!#$%&'*+-.^_`|~09Az: odd",
	'X-Forwarded-For: 1.2.3.4',
	'Content-Length: 5',
	'content-length:5',
	'Content-Length: 0',
	'Content-Length: 00005',
	'Content-Length: 999999999999999',
	'Content-Length: +5',
	'Content-Length: 5, 5',
	'Transfer-Encoding: chunked',
	'Connection: close',
	'Connection: upgrade, keep-alive',
	'Proxy-Connection: close',
	'Keep-Alive: timeout=5',
	'Upgrade: websocket',
	'Upgrade: h2c',
	'Expect: 100-continue',
	'TE: trailers',
	'Trailer: X-T',
	'Host: b',
	' folded: x',
	'constructor: x',
	'__proto__: y',
	`X-Long: ${'l'.repeat(600)}`,
];
const HOSTS = ['Host: app.example.com', 'host:[::1]:80', 'HOST: a', 'Host:', 'Host: a b', 'X: none'];
const BODIES = ['', '', '', 'hello', 'hello', 'hell', 'hello!', 'GET /next HTTP/1.1\r\nHost: a\r\n\r\n'];
const NOISE = [
	'\r',
	'\n',
	'\0',
	' ',
	'\t',
	':',
	'\r\n',
	'\r\n ',
	'\x7f',
	'\x80',
	'\xff',
	'\r\n\r\n',
	'\x0b',
	'-',
	'0',
	',',
	';',
];

/** A request that a browser might send, whole or damaged. */
export function mutatedRequest(random: () => number): Buffer {
	const below = (limit: number) => Math.floor(random() * limit);
	const pick = <T>(from: readonly T[]): T => from[below(from.length)]!;
	const lines = random() < 0.7 ? [HOSTS[0]!] : [pick(HOSTS)];
	// The first ones are harmless, so that many a request is.
	const harmless = random() < 0.6;
	for (let i = below(7); i > 0; i--)
		lines.splice(below(lines.length + 1), 0, HEADERS[below(harmless ? 14 : HEADERS.length)]!);
	if (harmless && random() < 0.4) lines.push('Content-Length: 5');
	const start = random() < 0.7 ? STARTS[below(5)]! : pick(STARTS);
	let text = `${start}\r\n${lines.join('\r\n')}\r\n\r\n${pick(BODIES)}`;
	for (let i = random() < 0.4 ? 0 : below(3) + 1; i > 0; i--) {
		const at = below(text.length + 1);
		const kept = random() < 0.5 ? at : at + 1;
		const put = random() < 0.2 ? '' : random() < 0.6 ? pick(NOISE) : String.fromCharCode(below(256));
		text = text.slice(0, at) + put + text.slice(kept);
	}
	return Buffer.from(text, 'latin1');
}
