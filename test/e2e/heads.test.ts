import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { App } from '../../packages/pulse-app/src/app.ts';
import { startRouter } from '../../packages/pulse-railway/src/router/testing/router.ts';

async function appBehindRouter() {
	const app = new App({
		listener: (request, response) =>
			response.end(`${request.headers.cookie?.length ?? 0} ${Object.keys(request.headers).length}`),
		onStart: ({ server }) => void new WebSocketServer({ server, path: '/ws' }),
	});
	const running = await app.listen({ port: 0, address: '127.0.0.1', env: {} });
	onTestFinished(() => running.close({ budgetMs: 0 }));
	const router = await startRouter({ deployments: { blue: running.port } });
	return { app: running.port, router: router.port };
}

/** First line and last of what a server says to these bytes. */
function raw(port: number, head: string): Promise<string> {
	return new Promise((resolve) => {
		const socket = connect(port, '127.0.0.1');
		onTestFinished(() => void socket.destroy());
		let text = '';
		const done = () => {
			socket.destroy();
			const lines = text.split('\r\n');
			resolve(`${lines[0]} ${lines.at(-1)}`.trim());
		};
		socket.on('data', (data) => {
			text += data;
			if (text.startsWith('HTTP/1.1 101')) done();
		});
		socket.on('close', done);
		socket.on('error', () => {});
		socket.write(head);
	});
}

const WEBSOCKET = 'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';
const get = (headers: string) => `GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${headers}\r\n`;
const upgrade = (headers: string) => `GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n${WEBSOCKET}${headers}\r\n`;
const cookie = (bytes: number) => `Cookie: ${'a'.repeat(bytes)}\r\n`;

describe('a head that the router lets through', () => {
	it.each([10_000, 17_000, 31_000, 65_000])('reaches the app with cookies of %i bytes', async (bytes) => {
		const ports = await appBehindRouter();
		for (const port of [ports.app, ports.router]) {
			expect(await raw(port, get(cookie(bytes)))).toMatch(new RegExp(`^HTTP/1\\.1 200 OK .*${bytes} `));
			expect(await raw(port, upgrade(cookie(bytes)))).toMatch(/^HTTP\/1\.1 101 /);
		}
	});

	it('is refused by the router, never by the app behind it', async () => {
		const ports = await appBehindRouter();
		const frame = get(cookie(0)).length;
		for (let bytes = 65_536 - frame - 40; bytes <= 65_536 - frame + 40; bytes += 8) {
			const [direct, routed] = await Promise.all(
				[ports.app, ports.router].map((port) => raw(port, get(cookie(bytes)))),
			);
			expect(direct).toMatch(/^HTTP\/1\.1 200/);
			expect(routed).toMatch(/^HTTP\/1\.1 (200|431)/);
			if (routed?.startsWith('HTTP/1.1 431')) expect(routed).toMatch(/"detail"/);
		}
		expect(await raw(ports.router, get(cookie(66_000)))).toMatch(/^HTTP\/1\.1 431/);
		expect(await raw(ports.app, get(cookie(80_000)))).toMatch(/^HTTP\/1\.1 431/);
	}, 30_000);

	it('arrives with every one of its headers', async () => {
		const ports = await appBehindRouter();
		const many = Array.from({ length: 3_000 }, (_, n) => `x${n}: 1\r\n`).join('');
		const counts = await Promise.all(
			[ports.app, ports.router].map(async (port) => Number((await raw(port, get(many))).split(' ').at(-1))),
		);
		for (const count of counts) expect(count).toBeGreaterThan(3_000);
	});
});
