const HEADERS = [
	'Content-Type: text/plain',
	'X-A:b',
	'X-B:  c\t',
	'Set-Cookie: a=1',
	'Set-Cookie: b=2',
	'Connection: keep-alive',
	'X-Empty:',
	'X-Latin: \xe9',
	'Trailer: X-T',
	'Connection: close',
	'Connection: x-a, trailer',
	'Keep-Alive: timeout=5',
	'Upgrade: h2c',
	'Content-Encoding: gzip',
	'Date: now',
	'X-Pulse-Selected-Deployment: other',
];
const FRAMING = [
	'Content-Length: 5',
	'Content-Length: 5',
	'Transfer-Encoding: chunked',
	'Transfer-Encoding: chunked',
	'',
	'Content-Length: 0',
	'Content-Length: 05',
	'Transfer-Encoding: gzip, chunked',
];
const BODIES = [
	'hello',
	'5\r\nhello\r\n0\r\n\r\n',
	'2;a=b\r\nhe\r\n3\r\nllo\r\n0\r\nX-T: 1\r\n\r\n',
	'',
	'5\r\nhel',
	'helloHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison',
	'A\r\n0123456789\r\n00\r\n\r\n',
];
const NOISE = ['\r', '\n', '\0', ' ', '\t', ':', '\r\n', '\r\n ', ';', 'x', '\x80', '\r\n\r\n', '-', '+', ',', '0'];

/** A response that a backend might send, whole or damaged. */
export function mutatedResponse(random: () => number): Buffer {
	const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
	const lines = [
		pick([
			'HTTP/1.1 200 OK',
			'HTTP/1.1 404 Not Found',
			'HTTP/1.0 200 OK',
			'HTTP/1.1 200',
			'HTTP/1.1 204 No',
			'HTTP/1.1 304 N',
			'HTTP/1.1 101 Switch',
			'HTTP/1.1 999 Odd',
		]),
	];
	for (let i = Math.floor(random() * 4); i > 0; i--) lines.push(pick(HEADERS));
	const framing = pick(FRAMING);
	if (framing) lines.push(framing);
	let text = `${lines.join('\r\n')}\r\n\r\n${pick(BODIES)}`;
	if (random() < 0.2)
		text = `HTTP/1.1 ${pick(['100', '103', '199'])} Early\r\nLink: x\r\n${pick(['', `${pick(FRAMING)}\r\n`])}\r\n${text}`;
	for (let i = random() < 0.4 ? 0 : Math.floor(random() * 3) + 1; i > 0; i--) {
		const at = Math.floor(random() * text.length);
		const keep = random() < 0.5 ? at : at + 1;
		text = text.slice(0, at) + (random() < 0.8 ? pick(NOISE) : '') + text.slice(keep);
	}
	return Buffer.from(text, 'latin1');
}
