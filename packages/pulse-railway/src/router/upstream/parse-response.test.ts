import { request } from 'node:http';
import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { ResponseHead } from './parse-head.ts';
import { ResponseParser } from './parse-response.ts';

interface Parsed {
	status: number;
	reason: string;
	headers: string[];
	body: string;
	trailers: string[];
}

/** All of a response, or `null` when it is refused or incomplete. `cut` gives the length of each next piece. */
function parse(bytes: Buffer, cut: () => number, bodiless = false): Parsed | null {
	let head: ResponseHead | null = null;
	let body = '';
	let done: Parsed | null = null;
	const parser = new ResponseParser({
		onInformational: () => {},
		onHead: (found) => {
			head = found;
		},
		onBody: (chunk) => {
			body += chunk.toString('latin1');
		},
		onComplete: (trailers) => {
			done = { status: head!.status, reason: head!.reason, headers: head!.headers, body, trailers: [...trailers] };
		},
	});
	parser.begin(bodiless);
	for (let at = 0; at < bytes.length; ) {
		const next = Math.min(bytes.length, at + cut());
		if (!parser.execute(bytes.subarray(at, next))) return null;
		at = next;
	}
	parser.finish();
	return done;
}

/** The same by Node's own parser. */
function parseByNode(bytes: Buffer): Promise<Parsed | null> {
	return new Promise((resolve) => {
		const wire = new Duplex({
			read() {},
			write(_chunk, _encoding, done) {
				done();
				wire.push(bytes);
				wire.push(null);
			},
		});
		const client = request({ createConnection: () => wire, insecureHTTPParser: false });
		client.on('error', () => resolve(null));
		client.on('response', (response) => {
			let body = '';
			response.setEncoding('latin1');
			response.on('data', (text) => {
				body += text;
			});
			response.on('error', () => resolve(null));
			response.on('end', () =>
				resolve({
					status: response.statusCode!,
					reason: response.statusMessage!,
					headers: response.rawHeaders,
					body,
					trailers: response.rawTrailers,
				}),
			);
		});
		client.end();
	});
}

/** mulberry32: the same cases on every run. */
function randomFrom(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}

const HEADERS = [
	'Content-Type: text/plain',
	'X-A:b',
	'X-B:  c\t',
	'Set-Cookie: a=1',
	'Set-Cookie: b=2',
	'Connection: keep-alive',
	'X-Empty:',
	'X-Latin: \xe9',
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
	'A\r\n0123456789\r\n00\r\n\r\n',
];
const NOISE = ['\r', '\n', '\0', ' ', '\t', ':', '\r\n', '\r\n ', ';', 'x', '\x80', '\r\n\r\n', '-', '+', ',', '0'];

function response(random: () => number): Buffer {
	const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
	const lines = [
		pick([
			'HTTP/1.1 200 OK',
			'HTTP/1.1 404 Not Found',
			'HTTP/1.0 200 OK',
			'HTTP/1.1 200',
			'HTTP/1.1 204 No',
			'HTTP/1.1 304 N',
		]),
	];
	for (let i = Math.floor(random() * 4); i > 0; i--) lines.push(pick(HEADERS));
	const framing = pick(FRAMING);
	if (framing) lines.push(framing);
	let text = `${lines.join('\r\n')}\r\n\r\n${pick(BODIES)}`;
	if (random() < 0.2) text = `HTTP/1.1 103 Early\r\nLink: x\r\n\r\n${text}`;
	for (let i = random() < 0.4 ? 0 : Math.floor(random() * 3) + 1; i > 0; i--) {
		const at = Math.floor(random() * text.length);
		const keep = random() < 0.5 ? at : at + 1;
		text = text.slice(0, at) + (random() < 0.8 ? pick(NOISE) : '') + text.slice(keep);
	}
	return Buffer.from(text, 'latin1');
}

it('accepts nothing that Node refuses, and reads what it accepts as Node does', async () => {
	const random = randomFrom(1);
	let accepted = 0;
	for (let round = 0; round < 8_000; round++) {
		const bytes = response(random);
		const ours = parse(bytes, () => bytes.length);
		if (ours === null) continue;
		accepted++;
		const theirs = await parseByNode(bytes);
		expect(theirs, JSON.stringify(bytes.toString('latin1'))).toEqual(ours);
	}
	expect(accepted).toBeGreaterThan(1_000);
});

it('reads the same however the bytes are cut', () => {
	const random = randomFrom(2);
	for (let round = 0; round < 20_000; round++) {
		const bytes = response(random);
		const whole = parse(bytes, () => bytes.length);
		const step = 1 + Math.floor(random() * 4);
		expect(parse(bytes, () => step)).toEqual(whole);
		expect(parse(bytes, () => 1 + Math.floor(random() * 9))).toEqual(whole);
	}
});

describe('refuses', () => {
	it.each([
		['an endless head', `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(70_000)}`],
		['an endless chunk extension', `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;${'a'.repeat(2_000)}`],
		['endless trailers', `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: ${'a'.repeat(70_000)}`],
		['a chunk size beyond counting', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n'],
		['bytes after the end', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab'],
	])('%s', (_, text) => {
		let refused = false;
		const parser = new ResponseParser({ onInformational() {}, onHead() {}, onBody() {}, onComplete() {} });
		parser.begin(false);
		const bytes = Buffer.from(text);
		for (let at = 0; at < bytes.length && !refused; at += 500) refused = !parser.execute(bytes.subarray(at, at + 500));
		expect(refused).toBe(true);
	});
});
