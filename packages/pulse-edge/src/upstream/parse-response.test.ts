import { request } from 'node:http';
import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { mutatedResponse } from '../testing/mutated-response.ts';
import { randomFrom } from '../testing/random.ts';
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

it('accepts nothing that Node refuses, and reads what it accepts as Node does', async () => {
	const random = randomFrom(1);
	let accepted = 0;
	for (let round = 0; round < 30_000; round++) {
		const bytes = mutatedResponse(random);
		const ours = parse(bytes, () => bytes.length);
		// Node misreads a length or coding with a tab behind it; RFC 9110 §5.5 allows one, and it is not passed on.
		if (ours === null || /^(?:content-length|transfer-encoding):[^\r]*\t/im.test(bytes.toString('latin1'))) continue;
		accepted++;
		const theirs = await parseByNode(bytes);
		expect(theirs, JSON.stringify(bytes.toString('latin1'))).toEqual(ours);
	}
	expect(accepted).toBeGreaterThan(1_000);
});

it('reads the same however the bytes are cut', () => {
	const random = randomFrom(2);
	for (let round = 0; round < 20_000; round++) {
		const bytes = mutatedResponse(random);
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
