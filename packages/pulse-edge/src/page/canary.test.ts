import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { readVisitor, visitorText } from '../decide/canary.ts';
import { ask, DOCUMENT } from '../testing/ask.ts';
import { startEdge, type TestEdgeOptions } from '../testing/edge.ts';
import { eventually } from '../testing/eventually.ts';
import { rawClient, startBackend } from '../testing/sockets.ts';

const NOW = Date.now();
const canary = (share: number) => ({ id: 'two', beganAt: NOW, share });
const PAGE = { ...DOCUMENT, 'user-agent': 'Firefox' };

/** Two versions, the second of them a canary for everybody who is drawn below its share. */
async function versions(share: number, options: TestEdgeOptions = {}) {
	const named = (name: string) =>
		startBackend((request, response) => {
			const { pathname } = new URL(request.url!, 'http://app');
			if (pathname === '/broken') response.statusCode = 500;
			if (pathname === `/only-${name === 'one' ? 'two' : 'one'}.js`) response.statusCode = 404;
			response.setHeader('cache-control', 'public, max-age=600');
			response.setHeader('content-type', pathname.endsWith('.js') ? 'text/javascript' : 'text/html');
			response.end(name);
		});
	const edge = await startEdge({ deployments: { one: await named('one'), two: await named('two') }, ...options });
	edge.table.canary = canary(share);
	return { ...edge, ask: (path: string, headers = {}) => ask(edge.port, path, { headers }) };
}

const cookieOf = (headers: { 'set-cookie'?: string[] | undefined }) =>
	/pulse_canary=([^;]*)/.exec(headers['set-cookie']?.join() ?? '')?.[1] ?? null;
const drawn = (number: number, share: number) => ({
	cookie: `other=1; pulse_canary=${visitorText(canary(share), { number, share, minute: Math.floor(Date.now() / 60_000) })}`,
});

describe.each([
	['a Pulse app', {}],
	['a container app', { container: { affinity: 'tab', healthPath: '/' } }],
] as const)('a canary of %s (R2.21)', (_, kind) => {
	test('gets new pages of its visitors, over reloads and tabs, and the others stay on the active version', async () => {
		const { ask } = await versions(5_000, kind);
		for (const [number, version] of [
			[0, 'two'],
			[4_999, 'two'],
			[5_000, 'one'],
			[9_999, 'one'],
		] as const) {
			for (const path of ['/', '/', '/another']) {
				const { headers } = await ask(path, { ...PAGE, ...drawn(number, 5_000) });
				expect(headers['x-pulse-selected-deployment'], `visitor ${number}`).toBe(version);
			}
		}
	});

	test('draws a visitor with the first page, and says so to the browser and to caches', async () => {
		const { ask } = await versions(10_000, kind);
		const { headers } = await ask('/', { ...PAGE, 'x-forwarded-proto': 'https' });
		expect(headers['x-pulse-selected-deployment']).toBe('two');
		expect(headers['set-cookie']?.join('\n')).toMatch(
			/pulse_canary=[0-9a-z]+\.\d+\.10000\.[0-9a-z]+; Path=\/; Max-Age=604800; HttpOnly; SameSite=Lax; Secure/,
		);
		expect(headers['cache-control']).toBe('private, no-cache');
		expect(headers.vary).toContain('Cookie');
		const visitor = readVisitor(canary(10_000), cookieOf(headers)!, Date.now());
		expect(visitor?.share).toBe(10_000);
	});

	test('moves no tab: what names its version stays there, whoever asks', async () => {
		const { ask } = await versions(5_000, kind);
		const pinned = async (id: string, number: number) =>
			(await ask(`/api?pulse_deployment=${id}`, drawn(number, 5_000))).headers['x-pulse-selected-deployment'];
		expect([await pinned('one', 0), await pinned('two', 9_999)]).toEqual(['one', 'two']);
	});

	test('is nothing to programs, and to pages from before it', async () => {
		const { ask } = await versions(10_000, kind);
		const { headers } = await ask('/api', {});
		expect([headers['x-pulse-selected-deployment'], headers['set-cookie']]).toEqual(['one', undefined]);
	});

	test('sends nobody new there once it is over, and forgets nobody’s page', async () => {
		const { ask, table } = await versions(10_000, kind);
		const visitor = drawn(0, 10_000);
		table.canary = null;
		const { headers } = await ask('/', { ...PAGE, ...visitor });
		expect(headers['x-pulse-selected-deployment']).toBe('one');
		expect(cookieOf(headers)).toBeNull();
		expect((await ask('/?pulse_deployment=two', visitor)).status).toBe(200);
	});

	test('whose service went away gets nobody', async () => {
		const { ask, table } = await versions(10_000, kind);
		table.retire('two');
		expect((await ask('/', PAGE)).headers['x-pulse-selected-deployment']).toBe('one');
	});
});

test('nothing is added to the answers of an app without a canary', async () => {
	const { ask, table } = await versions(10_000);
	table.canary = null;
	const { headers } = await ask('/', PAGE);
	expect([headers['set-cookie'], headers['cache-control'], headers.vary]).toEqual([
		undefined,
		'public, max-age=600',
		undefined,
	]);
});

test('tabs that a browser opens at once, before it has its cookie, are drawn alike', async () => {
	const { ask } = await versions(5_000);
	for (let browser = 0; browser < 5; browser++) {
		const tabs = await Promise.all(
			Array.from({ length: 6 }, () => ask('/', { ...PAGE, 'user-agent': `Browser ${browser}` })),
		);
		const got = new Set(tabs.map(({ headers }) => headers['x-pulse-selected-deployment']));
		// A new ten seconds may have begun in between.
		if (got.size > 1) {
			const anew = await Promise.all(
				Array.from({ length: 6 }, () => ask('/', { ...PAGE, 'user-agent': `Browser ${browser}` })),
			);
			expect(new Set(anew.map(({ headers }) => headers['x-pulse-selected-deployment'])).size).toBe(1);
		}
	}
});

test('a page that is only drawn in advance decides nothing', async () => {
	const { ask } = await versions(10_000);
	const { headers } = await ask('/', { ...PAGE, 'sec-purpose': 'prefetch;prerender' });
	expect([headers['x-pulse-selected-deployment'], cookieOf(headers)]).toEqual(['one', null]);
});

test('a part that says no version is of its visitor’s, and is looked for on the other one where it lacks it', async () => {
	const { ask } = await versions(5_000);
	const asset = { 'sec-fetch-dest': 'script', 'sec-fetch-mode': 'no-cors' };
	const get = async (path: string, number: number) =>
		(await ask(path, { ...asset, ...drawn(number, 5_000) })).headers['x-pulse-selected-deployment'];
	expect(await get('/app.js', 0)).toBe('two');
	expect(await get('/app.js', 9_999)).toBe('one');
	expect(await get('/only-one.js', 0)).toBe('one');
	expect(await get('/only-two.js', 9_999)).toBe('two');
});

describe('what is compared', () => {
	test('is what became of visitors of this rollout, on the version that is theirs', async () => {
		const { ask, edge } = await versions(5_000);
		await ask('/', { ...PAGE, ...drawn(0, 5_000) });
		await ask('/broken', { ...PAGE, ...drawn(0, 5_000) });
		await ask('/broken', { ...PAGE, ...drawn(9_999, 5_000) });
		// A tab from before, a program, and a visitor of another rollout.
		await ask('/broken?pulse_deployment=one', drawn(0, 5_000));
		await ask('/broken', {});
		await ask('/broken?pulse_deployment=two', { cookie: 'pulse_canary=abc.1.1.1' });
		await eventually(() => edge.context.samples.of(canary(1)).active.trials === 1);
		expect(edge.context.samples.of(canary(1))).toMatchObject({
			canary: { trials: 2, failures: 1 },
			active: { trials: 1, failures: 1 },
		});
	});

	test('counts a version that cannot be reached as failing, and a client that leaves for nothing', async () => {
		const { ask, edge, network } = await versions(5_000);
		network.services.delete('two');
		expect((await ask('/', { ...PAGE, ...drawn(0, 5_000) })).status).toBe(502);
		expect(edge.context.samples.of(canary(1)).canary).toEqual({ trials: 1, failures: 1 });
	});

	test('a websocket counts when it opens and when it ends, and as failed where its version went without a word', async () => {
		const sockets: Socket[] = [];
		const accept = (key: string) =>
			createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
		const port = await startBackend(
			() => {},
			(server) =>
				server.on('upgrade', (request, socket) => {
					sockets.push(socket as Socket);
					socket.on('error', () => {});
					socket.on('end', () => socket.end());
					socket.write(
						`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept(request.headers['sec-websocket-key']!)}\r\n\r\n`,
					);
				}),
		);
		const { port: edgePort, edge, table } = await startEdge({ deployments: { one: port, two: port } });
		table.canary = canary(5_000);
		const open = async () => {
			const client = rawClient(
				edgePort,
				`GET /ws HTTP/1.1\r\nHost: app.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nCookie: ${drawn(0, 5_000).cookie}\r\n\r\n`,
			);
			await client.until('101');
			return client;
		};
		const seen = () => edge.context.samples.of(canary(1)).canary;
		const leave = async (client: ReturnType<typeof rawClient>) => {
			await client.ended();
			client.socket.destroy();
		};
		const dropped = await open();
		sockets.at(-1)!.destroy();
		await leave(dropped);
		await eventually(() => seen().trials === 2);
		expect(seen()).toEqual({ trials: 2, failures: 1 });

		const told = await open();
		sockets.at(-1)!.end(Buffer.from([0x88, 0x02, 0x03, 0xe9]));
		await leave(told);
		await eventually(() => seen().trials === 4);
		(await open()).socket.destroy();
		await eventually(() => seen().trials === 6);
		expect(seen().failures).toBe(1);
	});

	test('counts a page whose script says that it failed, once, on the version that it is of (C1.15)', async () => {
		const container = { affinity: 'tab', healthPath: '/' } as const;
		const { port, edge } = await versions(5_000, { container });
		const fails = (tab: string, version: string, number: number) =>
			ask(port, `/_pulse/edge/tab?pulse_deployment=${version}&tab=${tab}&state=visible&error=1`, {
				method: 'POST',
				headers: { origin: 'http://app.test', ...drawn(number, 5_000) },
			});
		for (const _ of [1, 2, 3]) expect((await fails('abcdefgh1', 'two', 0)).status).toBe(204);
		await fails('abcdefgh2', 'two', 0);
		await fails('abcdefgh3', 'one', 9_999);
		// A tab from before.
		await fails('abcdefgh4', 'one', 0);
		expect(edge.context.samples.of(canary(1))).toMatchObject({
			canary: { trials: 2, failures: 2 },
			active: { trials: 1, failures: 1 },
		});
	});
});
