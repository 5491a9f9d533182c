import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { EventStream } from './event-stream.ts';

const ends: (() => void)[] = [];
afterEach(() => {
	vi.useRealTimers();
	for (const end of ends.splice(0)) end();
});

test('a page that does not read, as a tab that its browser froze, gets no beat after the end', async () => {
	vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
	const server = createServer();
	const asked = new Promise<ServerResponse>((resolve) => server.on('request', (_, response) => resolve(response)));
	await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
	const page = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
	ends.push(() => {
		page.destroy();
		server.close();
	});
	page.write('GET /log HTTP/1.1\r\nhost: here\r\n\r\n');
	const response = await asked;
	const failed = vi.fn();
	response.on('error', failed);
	const stream = new EventStream(response);
	while (response.writableLength === 0) {
		stream.send({ event: 'lines', data: 'x'.repeat(1_000_000) });
		await new Promise((written) => setTimeout(written, 20));
	}
	stream.end();
	vi.advanceTimersByTime(60_000);
	await new Promise(setImmediate);
	expect(response.writableFinished).toBe(false);
	expect(failed).not.toHaveBeenCalled();
});
