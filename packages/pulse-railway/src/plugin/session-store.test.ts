import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { pino } from 'pino';
import { App, SESSION_STORE_BRAND } from 'pulse-app';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSeal } from '../../../pulse-app/src/handoff/seal.ts';
import { createShelf, placeOf } from '../../../pulse-app/src/handoff/shelf.ts';
import { openKv } from '../stores/testing/kv.ts';
import { redisServerMissing, startRedisServer } from '../stores/testing/redis-server.ts';
import { RailwayPlugin } from './railway-plugin.ts';
import { RailwaySessionStore } from './session-store.ts';

const missing = redisServerMissing();

async function sqliteUrl(): Promise<string> {
	const folder = mkdtempSync(join(tmpdir(), 'pulse-sessions-'));
	onTestFinished(() => rmSync(folder, { recursive: true }));
	return `sqlite://${folder}/kv.db`;
}

async function redisUrl(): Promise<string> {
	const server = await startRedisServer();
	onTestFinished(() => server.stop());
	return server.url;
}

const context = (env: Record<string, string> = {}) => ({ mode: 'prod' as const, env, warn: () => {} });

async function open(url: string): Promise<RailwaySessionStore> {
	const store = new RailwaySessionStore({ url });
	await store.open(context());
	onTestFinished(() => store.close());
	return store;
}

describe.each([
	['sqlite', sqliteUrl, null],
	['redis', redisUrl, missing],
])('RailwaySessionStore on %s', (_kind, address, reason) => {
	const test = it.skipIf(reason !== null);

	test(`compares before it writes${reason === null ? '' : ` (${reason})`}`, async () => {
		const url = await address();
		const [blue, green] = [await open(url), await open(url)];
		expect(await blue.read('a')).toBeNull();
		expect(await blue.write('a', '1', null, 60_000)).toBe(true);
		expect(await green.write('a', '2', null, 60_000)).toBe(false);
		expect(await green.write('a', '2', '1', 60_000)).toBe(true);
		expect(await blue.read('a')).toBe('2');
		await blue.delete('a');
		expect(await green.read('a')).toBeNull();
	});

	test('expires sessions, later when they are touched', async () => {
		const store = await open(await address());
		await store.write('short', '1', null, 50);
		await store.write('long', '1', null, 50);
		await store.touch('long', 60_000);
		await store.touch('absent', 60_000);
		await expect.poll(() => store.read('short')).toBeNull();
		expect(await store.read('long')).toBe('1');
		expect(await store.read('absent')).toBeNull();
	});

	test('keeps what a page hands over to the next deployment: whole, for one of many takers, and the latest (P1.19)', async () => {
		const url = await address();
		const seal = createSeal(['a secret of thirty-two characters']);
		const [blue, ...green] = await Promise.all(Array.from({ length: 6 }, () => open(url)));
		// The source of `pulse-app` has a brand of its own.
		const shelf = (store: unknown) => createShelf(store as Parameters<typeof createShelf>[0], seal);
		const [puts, takes] = [shelf(blue), green.map(shelf)];
		const place = placeOf('session', 'page');
		const text = `{"count":3,"draft":"${'é'.repeat(12_000)}"}`;
		const taking = takes.map((shelf) => shelf.take(place, 5_000, true));
		const [late, mark] = [await puts.announce(place), await puts.announce(place)];
		await puts.put(place, late, 'of a word that was replaced');
		expect(await blue!.read(place)).toBe(mark);
		await puts.put(place, mark, text);
		expect((await Promise.all(taking)).filter((taken) => taken !== null)).toEqual([text]);
		await expect.poll(() => blue!.read(place)).toBeNull();
	});

	test('gives two deployments one session by cookie (R10.9, R10.10)', async () => {
		const url = await address();
		const serve = async (id: string) => {
			const app = new App({
				plugins: [new RailwayPlugin()],
				sessionStore: new RailwaySessionStore(),
				listener: async (request, response) => {
					const session = await app.session(request, response);
					const started = await session.update('startedAt', (at) => at ?? new Date());
					const first = await session.update('first', (known) => known ?? id);
					const count = await session.update('count', (n) => ((n as number | undefined) ?? 0) + 1);
					response.end(JSON.stringify({ started, first, count }));
				},
			});
			const env = { PULSE_DEPLOYMENT_ID: id, PULSE_RAILWAY_INTERNAL_TOKEN: 't', PULSE_RAILWAY_REDIS_URL: url };
			const running = await app.listen({ port: 0, address: '127.0.0.1', logger: pino({ level: 'silent' }), env });
			onTestFinished(() => running.close({ budgetMs: 0 }));
			return `http://127.0.0.1:${running.port}`;
		};
		const [blue, green] = [await serve('blue'), await serve('green')];
		const response = await fetch(blue);
		const cookie = response.headers.getSetCookie()[0]?.split(';', 1)[0] as string;
		const first = (await response.json()) as { started: string };
		expect(first).toMatchObject({ first: 'blue', count: 1 });
		const counts = await Promise.all(
			[blue, green, blue, green].map(
				async (at) => (await fetch(at, { headers: { cookie } })).json() as Promise<object>,
			),
		);
		for (const answer of counts) expect(answer).toMatchObject({ first: 'blue', started: first.started });
		expect(counts.map((answer) => (answer as { count: number }).count).sort()).toEqual([2, 3, 4, 5]);

		const kv = await openKv(url);
		onTestFinished(() => kv.close());
		const sid = cookie.split('=')[1];
		expect(await kv.get(`pulse:session:${sid}`)).toBe(
			`[[[],[1],[],[]],{"startedAt":"${first.started}","first":"blue","count":5}]`,
		);
	});
});

describe.each([
	['sqlite', sqliteUrl, null],
	['redis', redisUrl, missing],
])('a session id that changes, on %s', (_kind, address, reason) => {
	it.skipIf(reason !== null)('changes for all deployments, and the former one opens nothing on any', async () => {
		const url = await address();
		const serve = async (id: string) => {
			const app = new App({
				plugins: [new RailwayPlugin()],
				sessionStore: new RailwaySessionStore(),
				listener: async (request, response) => {
					const session = await app.session(request, response);
					if (request.url === '/sign-in') await session.rotate();
					if (request.url !== '/') await session.set(request.url ?? '', id);
					response.end(JSON.stringify(await session.entries()));
				},
			});
			const env = { PULSE_DEPLOYMENT_ID: id, PULSE_RAILWAY_INTERNAL_TOKEN: 't', PULSE_RAILWAY_REDIS_URL: url };
			const running = await app.listen({ port: 0, address: '127.0.0.1', logger: pino({ level: 'silent' }), env });
			onTestFinished(() => running.close({ budgetMs: 0 }));
			return async (path: string, cookie = '') => {
				const response = await fetch(`http://127.0.0.1:${running.port}${path}`, { headers: { cookie } });
				return { data: await response.json(), cookie: response.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '' };
			};
		};
		const [blue, green] = [await serve('blue'), await serve('green')];
		const former = (await blue('/basket')).cookie;
		const { cookie } = await green('/sign-in', former);
		expect(cookie).not.toBe(former);
		const whole = { '/basket': 'blue', '/sign-in': 'green' };
		expect([(await blue('/', cookie)).data, (await green('/', cookie)).data]).toEqual([whole, whole]);
		expect([(await blue('/', former)).data, (await green('/', former)).data]).toEqual([{}, {}]);
	});
});

describe('RailwaySessionStore', () => {
	it('is recognised by brand without connecting to anything', () => {
		expect(new RailwaySessionStore()[SESSION_STORE_BRAND]).toBe('railway');
	});

	it('names the variable it needs, and never takes REDIS_URL (R10.9)', async () => {
		const start = new RailwaySessionStore().open(context({ REDIS_URL: 'redis://127.0.0.1:1' }));
		await expect(start).rejects.toThrow(/PULSE_RAILWAY_REDIS_URL/);
	});

	it.skipIf(missing !== null)(
		'says that it is the session store that is away, and nothing of what was in it',
		async () => {
			const server = await startRedisServer();
			const store = await open(server.url.replace('redis://', 'redis://default:hunter2@'));
			await server.stop();
			const failure: Error = await store.write('a-session-id', 'a-value', null, 1000).catch((error) => error);
			expect(failure.message).toMatch(/session store is unavailable.*PULSE_RAILWAY_REDIS_URL/);
			expect(inspect(failure, { depth: 10 })).not.toMatch(/hunter2|a-session-id|a-value/);
		},
	);

	it('keeps sessions in memory where the app allows it', async () => {
		const store = new RailwaySessionStore({ fallback: 'memory' });
		await store.open(context());
		await store.write('a', '1', null, 1000);
		expect(await store.read('a')).toBe('1');
		await store.close();
	});
});
