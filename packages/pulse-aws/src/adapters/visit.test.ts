import { createSocket, type Socket } from 'node:dgram';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { openVisit } from './visit.ts';

const opened: (Server | Socket)[] = [];
afterEach(() => {
	for (const one of opened.splice(0)) one.close();
});
const signal = new AbortController().signal;

/** A name server that knows CAA records alone: by name, `issue amazon.com`; `null` for a name: it fails. */
async function nameServer(records: Readonly<Record<string, readonly string[] | null>>): Promise<string> {
	const socket = createSocket('udp4');
	opened.push(socket);
	socket.on('message', (query, from) => socket.send(answered(query, records), from.port, from.address));
	await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
	return `127.0.0.1:${socket.address().port}`;
}

function answered(query: Buffer, records: Readonly<Record<string, readonly string[] | null>>): Buffer {
	const labels: string[] = [];
	let at = 12;
	for (let size = query[at] ?? 0; size > 0; size = query[at] ?? 0) {
		labels.push(query.toString('latin1', at + 1, at + 1 + size));
		at += size + 1;
	}
	const question = query.subarray(12, at + 5);
	const found = records[labels.join('.').toLowerCase()];
	const answers = (found ?? []).map((text) => {
		const [tag = '', value = ''] = text.split(' ');
		const data = Buffer.concat([Buffer.from([0, tag.length]), Buffer.from(tag + value)]);
		// A pointer to the question's name, CAA (257), IN, 60 s.
		return Buffer.concat([Buffer.from([0xc0, 12, 1, 1, 0, 1, 0, 0, 0, 60, 0, data.length]), data]);
	});
	const code = found === null ? 2 : 0;
	const head = Buffer.from([0, 0, 0x81, 0x80 | code, 0, 1, 0, answers.length, 0, 0, 0, 0]);
	query.copy(head, 0, 0, 2);
	return Buffer.concat([head, question, ...answers]);
}

test('the CAA records that count are those of the nearest name that has some', async () => {
	const servers = [await nameServer({ 'example.com': ['issue Amazon.com;account=1', 'issuewild ;'] })];
	const { caa } = openVisit(null, servers);
	expect(await caa('shop.example.com', signal)).toEqual([
		{ tag: 'issue', authority: 'amazon.com' },
		{ tag: 'issuewild', authority: '' },
	]);
	expect(await caa('example.org', signal)).toEqual([]);
});

test('a name server that fails is no domain without CAA records', async () => {
	const { caa } = openVisit(null, [await nameServer({ 'shop.example.com': null })]);
	await expect(caa('shop.example.com', signal)).rejects.toMatchObject({ code: 'ESERVFAIL' });
});

test('a websocket is opened under the name of the domain, and ended; what refuses it tells its status', async () => {
	const seen: unknown[] = [];
	const server = createServer((_request, response) => response.writeHead(426).end());
	server.on('upgrade', ({ url, headers }, socket) => {
		seen.push(url, headers.host, headers.origin);
		if (url === '/no') return socket.end('HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\n\r\n');
		socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
		socket.on('end', () => seen.push('ended')).resume();
		socket.on('end', () => socket.end());
	});
	opened.push(server);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
	const { socket } = openVisit(null);
	expect(await socket(host, 'shop.example.com', '/socket.io/', signal)).toBe(101);
	await expect.poll(() => seen).toEqual(['/socket.io/', 'shop.example.com', 'http://shop.example.com', 'ended']);
	expect(await socket(host, null, '/no', signal)).toBe(503);
});
