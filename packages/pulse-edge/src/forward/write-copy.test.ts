import { get, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startEdge } from '../testing/edge.ts';
import { startBackend } from '../testing/sockets.ts';

/** More than the kernels on the way hold, so that the router has to wait for its reader. */
const LENGTH = 24_000_000;

function open(port: number, letter: string): Promise<IncomingMessage> {
	return new Promise((resolve, reject) => {
		get({ port, host: '127.0.0.1', path: `/${letter}`, agent: false }, resolve).once('error', reject);
	});
}

/** Counts the bytes that come, and the chunks among them of another download. */
async function download(port: number, letter: string, hesitationMs: number) {
	const response = await open(port, letter);
	await delay(hesitationMs);
	const found = { length: 0, foreign: 0 };
	for await (const chunk of response as AsyncIterable<Buffer>) {
		found.length += chunk.length;
		if (!chunk.equals(Buffer.alloc(chunk.length, letter))) found.foreign++;
	}
	return found;
}

it('downloads that wait for their readers, beside others that flow or are given up, carry their own bytes alone', async () => {
	const backend = await startBackend((request, response) => {
		response.setHeader('content-length', LENGTH).end(Buffer.alloc(LENGTH, request.url!.slice(1)));
	});
	const { port } = await startEdge({ deployments: { v1: backend } });
	for (const letter of 'xyz') (await open(port, letter)).destroy();
	const found = await Promise.all([...'abcd'].map((letter, index) => download(port, letter, 150 * index)));
	expect(found).toEqual([...'abcd'].map(() => ({ length: LENGTH, foreign: 0 })));
});
