import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { AppOptions } from '../app.ts';
import { serve } from '../testing/harness.ts';

/** The status of a handshake that a page of this origin makes. */
async function handshake(port: number, origin: string | undefined): Promise<number> {
	const socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`, {
		...(origin === undefined ? {} : { origin }),
	});
	onTestFinished(() => socket.terminate());
	const refused = new Promise<number>((resolve) =>
		socket.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0)),
	);
	socket.on('error', () => {});
	return Promise.race([once(socket, 'open').then(() => 101), refused]);
}

const start = async (options: Partial<AppOptions>) =>
	(await serve(options, { serverAddress: 'https://shop.example.com' })).running.port;

describe('pages of other origins', () => {
	it('may open a socket unless the app says otherwise (P1.6)', async () => {
		expect(await handshake(await start({}), 'https://elsewhere.example')).toBe(101);
	});

	it('may not where the app names its origins; its own pages and programs still may', async () => {
		const port = await start({ allowedOrigins: ['https://admin.example.com'] });
		for (const origin of [
			'https://admin.example.com',
			'https://shop.example.com',
			`http://127.0.0.1:${port}`,
			undefined,
		]) {
			expect([origin, await handshake(port, origin)]).toEqual([origin, 101]);
		}
		for (const origin of [
			'https://evil.example.com',
			'http://shop.example.com',
			'https://shop.example.com.evil.example',
			'null',
			'https://admin.example.com:8443',
		]) {
			expect([origin, await handshake(port, origin)]).toEqual([origin, 400]);
		}
	});

	it.each(['admin.example.com', 'https://admin.example.com/path', '*', 'ftp://a.example'])(
		'%j is no origin',
		async (origin) => {
			await expect(serve({ allowedOrigins: [origin] })).rejects.toMatchObject({ code: 'invalid-origin' });
		},
	);
});
