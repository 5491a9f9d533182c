import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { openOutgoing } from '../platform/outgoing.ts';
import { openVisit } from './visit.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
	for (const close of closing.splice(0)) await close();
});
const signal = new AbortController().signal;

async function visited(answer: string): Promise<{ url: URL; ended: string[]; visit: ReturnType<typeof openVisit> }> {
	const ended: string[] = [];
	const server = createServer().on('upgrade', (request, socket) => {
		socket.on('error', () => {}).on('close', () => ended.push(request.url ?? ''));
		socket.on('end', () => socket.end()).resume();
		if (answer !== '') socket.write(answer);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const outgoing = openOutgoing({}, 1_000);
	closing.push(
		() => outgoing.close(),
		() => server.closeAllConnections(),
		() => server.close(),
	);
	const { port } = server.address() as AddressInfo;
	return { url: new URL(`http://127.0.0.1:${port}/a?b`), ended, visit: openVisit(outgoing, Date.now) };
}

test('a websocket that opens is ended, and one that is refused tells its status (R8.9)', async () => {
	const open = await visited('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
	expect(await open.visit.socket(open.url, signal)).toBe(101);
	await expect.poll(() => open.ended).toEqual(['/a?b']);
	// The visit ends with the status of a refusal, and does not wait for its body.
	const refused = await visited('HTTP/1.1 426 Upgrade Required\r\ncontent-length: 100000\r\n\r\nno');
	expect(await refused.visit.socket(refused.url, signal)).toBe(426);
	await expect.poll(() => refused.ended).toEqual(['/a?b']);
});

test('a handshake that nothing answers ends with its command', async () => {
	const silent = await visited('');
	const command = new AbortController();
	const asked = silent.visit.socket(silent.url, command.signal);
	asked.catch(() => {});
	setTimeout(() => command.abort(new Error('stopped')), 20);
	await expect(asked).rejects.toThrow('stopped');
	await expect(silent.visit.socket(silent.url, AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
});
