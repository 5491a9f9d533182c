import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { serve } from '../testing/harness.ts';
import { endStalledBodies } from './stalled-bodies.ts';

async function server(stallMs: number) {
	const requests = new Set<ServerResponse>();
	const http = createServer({ requestTimeout: 0 }, (request, response) => {
		requests.add(response);
		response.once('close', () => requests.delete(response));
		let bytes = 0;
		const read = () =>
			request.on('data', (chunk) => {
				bytes += chunk.length;
			});
		setTimeout(read, request.url === '/late' ? 4 * stallMs : 0);
		request.on('end', () => setTimeout(() => response.end(`got ${bytes}`), request.url === '/slow' ? 3 * stallMs : 0));
	}).listen(0, '127.0.0.1');
	await once(http, 'listening');
	const stop = endStalledBodies(requests, stallMs);
	onTestFinished(() => {
		stop();
		http.closeAllConnections();
		http.close();
	});
	return (http.address() as AddressInfo).port;
}

function send(port: number, head: string, bytes = 10) {
	const socket = connect(port, '127.0.0.1');
	onTestFinished(() => void socket.destroy());
	let text = '';
	socket.on('data', (data) => {
		text += data;
	});
	socket.on('error', () => {});
	socket.write(`POST ${head} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${bytes}\r\n\r\n`);
	return { socket, closed: once(socket, 'close').then(() => text) };
}

it('an upload may take as long as it takes while it goes on', async () => {
	const { socket, closed } = send(await server(300), '/');
	for (let n = 0; n < 10; n += 1) {
		socket.write('x');
		await sleep(100);
	}
	expect(await closed).toMatch(/200 OK[\s\S]*got 10/);
});

it('an upload of which nothing comes any more is ended', async () => {
	const { socket, closed } = send(await server(200), '/');
	socket.write('x');
	expect(await closed).toBe('');
});

it('an app that takes its time to read what has come is waited for', async () => {
	const { socket, closed } = send(await server(150), '/late', 1_000_000);
	socket.write('x'.repeat(1_000_000));
	expect(await closed).toMatch(/got 1000000/);
});

it('an answer that takes its time is waited for', async () => {
	const { socket, closed } = send(await server(150), '/slow');
	socket.write('0123456789');
	expect(await closed).toMatch(/got 10/);
});

it('an app sets no limit to the whole of a request, where Node has five minutes', async () => {
	const { running } = await serve();
	expect([running.server.requestTimeout, running.server.headersTimeout]).toEqual([0, 60_000]);
});
