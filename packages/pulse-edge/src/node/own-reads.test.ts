import { createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../testing/eventually.ts';
import { rawClient } from '../testing/sockets.ts';
import { readInto } from './own-reads.ts';

async function accept(): Promise<{ socket: Socket; client: Socket }> {
	const server = createServer({ allowHalfOpen: true });
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
	const { socket: client } = rawClient((server.address() as { port: number }).port);
	const socket = await accepted;
	onTestFinished(() => {
		socket.destroy();
		server.close();
	});
	return { socket, client };
}

it('reads of a server’s socket share one piece of memory on this Node, and begin where the socket had stopped', async () => {
	const { socket, client } = await accept();
	client.write('before');
	socket.read(0);
	await eventually(() => socket.readableLength === 6);
	const chunks: { text: string; memory: ArrayBufferLike }[] = [];
	const ahead = readInto(socket, (chunk) => void chunks.push({ text: String(chunk), memory: chunk.buffer }));
	expect(String(ahead)).toBe('before');
	client.write('one');
	await eventually(() => chunks.length === 1);
	client.write('two');
	await eventually(() => chunks.length === 2);
	expect(chunks.map(({ text }) => text)).toEqual(['one', 'two']);
	expect(chunks[0]!.memory).toBe(chunks[1]!.memory);
});

it('a paused socket is not read, and its end is told', async () => {
	const { socket, client } = await accept();
	let text = '';
	let ended = false;
	socket.on('end', () => {
		ended = true;
	});
	readInto(socket, (chunk) => {
		text += chunk;
		socket.pause();
	});
	client.write('a');
	await eventually(() => text === 'a');
	client.end('b');
	await new Promise((resolve) => setTimeout(resolve, 50));
	expect({ text, ended }).toEqual({ text: 'a', ended: false });
	socket.resume();
	await eventually(() => text === 'ab');
	socket.resume();
	await eventually(() => ended);
});
