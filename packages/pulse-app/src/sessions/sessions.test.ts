import { randomBytes } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { App } from '../app.ts';
import { Browser, serve } from '../testing/harness.ts';
import { decodeCookie, encodeCookie } from './cookie-codec.ts';
import { CookieSessionStore } from './cookie-store.ts';
import { MemorySessionStore } from './memory-store.ts';
import { createServerKeeper } from './server-keeper.ts';
import { createSidIssuer } from './sid.ts';
import type { SessionStore } from './store.ts';
import type { UserSession } from './user-session.ts';

const keeper = (store: SessionStore, secrets: string[] = ['s']) =>
	createServerKeeper({ store, issuer: createSidIssuer(secrets), ttlMs: 60_000, isLive: () => false });

describe('session ids', () => {
	it('are recognised by every server that shares a secret, and by no other', () => {
		const sid = createSidIssuer(['a']).issue();
		expect(sid).toMatch(/^[0-9a-f]{32}$/);
		expect(createSidIssuer(['b', 'a']).recognises(sid)).toBe(true);
		expect(createSidIssuer(['b']).recognises(sid)).toBe(false);
		expect(createSidIssuer([]).recognises(sid)).toBe(false);
		expect(createSidIssuer(['a']).recognises('f'.repeat(32))).toBe(false);
		expect(createSidIssuer(['a']).recognises(sid.toUpperCase())).toBe(false);
	});
});

describe('the session of a request and of a page', () => {
	it('is used by parts of it too', async () => {
		const { app, url } = await serve({
			listener: async (request, response) => {
				const { set, update, entries } = await app.session(request, response);
				await set('visits', 1);
				await update('visits', (visits) => Number(visits) + 1);
				response.end(JSON.stringify(await entries()));
			},
			channels: {
				visits: (channel) => {
					const { get, session } = { ...channel.render.session, session: channel.render.session };
					channel.on('read', () => get('visits'));
					channel.on('same', () => session === channel.render.session);
				},
			},
		});
		const browser = new Browser(url);
		expect(await (await browser.fetch('/')).json()).toEqual({ visits: 2 });
		await browser.open();
		const page = await browser.connect().ready();
		expect(await page.request('visits', 'read')).toBe(2);
		expect(await page.request('visits', 'same')).toBe(true);
	});
});

describe('sessions on the server', () => {
	it('survive two deployments that write different keys at the same time', async () => {
		const store = new MemorySessionStore();
		const [blue, green] = [keeper(store), keeper(store)];
		const sid = await blue.create();
		await Promise.all([
			blue.change(sid, (data) => void Object.assign(data, { blue: 1 })),
			green.change(sid, (data) => void Object.assign(data, { green: 2 })),
		]);
		expect(await blue.read(sid)).toEqual({ blue: 1, green: 2 });
	});

	it('lose no increment of racing writers', async () => {
		const store = new MemorySessionStore();
		const keepers = [keeper(store), keeper(store)];
		const sid = await (keepers[0] as (typeof keepers)[0]).create();
		const increment = (n: number) =>
			keepers[n % 2]?.change(sid, (data) => void Object.assign(data, { n: ((data.n as number) ?? 0) + 1 }));
		await Promise.all(Array.from({ length: 20 }, (_, n) => increment(n)));
		expect(await keepers[0]?.read(sid)).toEqual({ n: 20 });
	});

	it('do not touch the store for ids that no server made', async () => {
		const reads: string[] = [];
		const store = new MemorySessionStore();
		const spy: SessionStore = Object.assign(Object.create(store), {
			read: (sid: string) => {
				reads.push(sid);
				return store.read(sid);
			},
		});
		expect(await keeper(spy).resolve('../../etc/passwd')).toBeNull();
		expect(await keeper(spy).resolve('a'.repeat(32))).toBeNull();
		expect(reads).toEqual(['a'.repeat(32)]);
	});

	it('expire', async () => {
		let now = 0;
		const store = new MemorySessionStore({ now: () => now });
		await store.write('a', '1', null, 10);
		now = 9;
		await store.touch('a', 10);
		now = 18;
		expect(await store.read('a')).toBe('1');
		now = 19;
		expect(await store.read('a')).toBeNull();
	});

	it('are dropped least recently used first when there are too many', async () => {
		const store = new MemorySessionStore({ maxSessions: 2 });
		await store.write('a', '1', null, 1000);
		await store.write('b', '1', null, 1000);
		await store.touch('a', 1000);
		await store.write('c', '1', null, 1000);
		expect([await store.read('a'), await store.read('b'), await store.read('c')]).toEqual(['1', null, '1']);
	});
});

/** An app whose `/add` counts visits, and whose channel counts too. */
const counting = (sessionStore?: SessionStore | CookieSessionStore) => ({
	...(sessionStore === undefined ? {} : { sessionStore }),
	channels: {
		visits: (channel: { render: { session: UserSession }; on: (event: string, handler: () => unknown) => void }) => {
			channel.on('add', () => channel.render.session.update('visits', next));
			channel.on('read', () => channel.render.session.get('visits'));
		},
	},
});
const next = (previous: unknown) => ((previous as number | undefined) ?? 0) + 1;

async function serveCounting(store?: SessionStore | CookieSessionStore) {
	const served = await serve({
		...counting(store),
		listener: async (request, response) => {
			const session = await served.app.session(request, response);
			const value = request.url === '/add' ? await session.update('visits', next) : await session.get('visits');
			response.end(JSON.stringify(value ?? null));
		},
	});
	return served;
}

describe.each([
	['in memory', () => undefined],
	['in the cookie', () => new CookieSessionStore({ secret: 'x' })],
])('user sessions %s', (_name, store) => {
	it('are made by the first write, not by a probe', async () => {
		const { url } = await serveCounting(store());
		const browser = new Browser(url);
		expect(await (await browser.fetch('/read')).json()).toBeNull();
		expect(browser.cookie).toBeNull();
		expect(await (await browser.fetch('/add')).json()).toBe(1);
		expect(browser.cookie).not.toBeNull();
		expect(await (await browser.fetch('/add')).json()).toBe(2);
		expect(await (await new Browser(url).fetch('/read')).json()).toBeNull();
	});

	it('keep Sets, Maps and dates, notice what changes inside them, and say what they cannot keep', async () => {
		const { app, url } = await serve({
			...(store() === undefined ? {} : { sessionStore: store() as CookieSessionStore }),
			listener: async (request, response) => {
				const session = await app.session(request, response);
				if (request.url === '/set')
					await session.set('cart', { items: new Set(['a']), at: new Date(0), of: new Map([['a', 1]]) });
				if (request.url === '/bad')
					return response.end(
						await session
							.set('x', () => {})
							.then(
								() => 'kept',
								(error) => error.name,
							),
					);
				const cart = (await session.update('cart', (previous) => {
					const { items, ...rest } = previous as { items: Set<string> };
					return { ...rest, items: new Set([...items, request.url]) };
				})) as { items: Set<string>; at: Date; of: Map<string, number> };
				return response.end(JSON.stringify([[...cart.items], cart.at.getTime(), [...cart.of]]));
			},
		});
		const browser = new Browser(url);
		await browser.fetch('/set');
		expect(await (await browser.fetch('/more')).json()).toEqual([['a', '/set', '/more'], 0, [['a', 1]]]);
		expect(await (await browser.fetch('/bad')).text()).toBe('TypeError');
		// Another process reads them too.
		const [name, value] = (browser.cookie as string).split('=') as [string, string];
		const read = decodeCookie(value, 'x');
		if (store() !== undefined)
			expect([name, read?.data.cart]).toMatchObject(['pulse.sid', { items: new Set(['a', '/set', '/more']) }]);
	});

	it('are shared by requests and sockets', async () => {
		const { url } = await serveCounting(store());
		const browser = new Browser(url);
		await browser.fetch('/add');
		await browser.open();
		const page = await browser.connect().ready();
		expect(await page.request('visits', 'add')).toBe(2);
		const asked = page.heard.find((message) => message.type === 'api_call');
		if (asked !== undefined) await browser.fetch('/_pulse/set-cookies');
		expect(await (await browser.fetch('/read')).json()).toBe(2);
	});

	it('never take an id that the client made up', async () => {
		const { url } = await serveCounting(store());
		const browser = new Browser(url);
		browser.cookie = `pulse.sid=${'a'.repeat(32)}`;
		await browser.fetch('/add');
		expect(browser.cookie).not.toContain('a'.repeat(32));
	});

	it('hold only what was put into them, whatever a visitor calls it', async () => {
		let app: App;
		const sessionStore = store();
		const { url } = await serve({
			...(sessionStore === undefined ? {} : { sessionStore }),
			listener: async (request, response) => {
				const session = await app.session(request, response);
				await session.set('a', 1);
				await session.set('__proto__', { admin: true });
				const read = await Promise.all(['constructor', 'toString', 'admin', 'a'].map((key) => session.get(key)));
				response.end(JSON.stringify([...read, await session.update('valueOf', (value) => value ?? 'none')]));
			},
		}).then((served) => {
			app = served.app;
			return served;
		});
		expect(await (await fetch(url)).json()).toEqual([null, null, null, 1, 'none']);
		expect(({} as { admin?: boolean }).admin).toBeUndefined();
	});
});

it.each(['example.com; SameSite=None', 'a b', 'x\r\nSet-Cookie: y=1', ''])(
	'%j is no domain for the cookie',
	async (cookieDomain) => {
		await expect(serve({ cookieDomain })).rejects.toMatchObject({ code: 'invalid-cookie-domain' });
	},
);

it('a cookie for all subdomains says so', async () => {
	const { url } = await serve({ cookieDomain: '.example.com' });
	expect((await new Browser(url).prerender()).headers.getSetCookie()[0]).toContain('; Domain=.example.com');
});

describe('the session cookie with data', () => {
	it('is signed, and read only unchanged', () => {
		const cookie = encodeCookie({ sid: 'a', data: { n: 1 } }, 'secret');
		expect(decodeCookie(cookie, 'secret')).toEqual({ sid: 'a', data: { n: 1 } });
		expect(decodeCookie(cookie, 'other')).toBeNull();
		const [version, , signature] = cookie.split('.');
		const forged = encodeCookie({ sid: 'a', data: { n: 2 } }, 'other').split('.')[1];
		expect(decodeCookie(`${version}.${forged}.${signature}`, 'secret')).toBeNull();
		expect(decodeCookie('v1..', 'secret')).toBeNull();
	});

	it('is readable as Python wrote it', () => {
		// zlib JSON {"sid":"abc","data":{"n":1}}, HMAC-SHA256 keyed "s3cret|pulse.session"; made with Python 3.
		const python = 'v1.eJyrVirOTFGyUkpMSlbSUUpJLElUsqpWylOyMqytBQB6bQh6.9mRohz0IwDtJ8I71ljuqukIojF9BfzVTxW_sJ6DEfBc';
		expect(decodeCookie(python, 's3cret')).toEqual({ sid: 'abc', data: { n: 1 } });
	});

	it('is the same for Python where JSON suffices, and holds lists and objects where it does not', () => {
		const inside = (data: Record<string, unknown>) => {
			const payload = encodeCookie({ sid: 'a', data }, 's').split('.')[1] as string;
			return JSON.parse(inflateSync(Buffer.from(payload, 'base64url')).toString());
		};
		expect(inside({ n: 1 })).toEqual({ sid: 'a', data: { n: 1 } });
		expect(inside({ s: new Set([1]), m: new Map([['k', 2]]) })).toMatchObject({ data: { s: [1], m: { k: 2 } } });
	});

	it('refuses to grow beyond what browsers keep', () => {
		const data = { noise: randomBytes(4000).toString('base64') };
		expect(() => encodeCookie({ sid: 'a', data }, 's')).toThrow(/bytes/);
	});

	it('keeps keys that another deployment wrote meanwhile', async () => {
		const store = () => new CookieSessionStore({ secret: 'shared' });
		const [blue, green] = [await serveCounting(store()), await serveCounting(store())];
		const browser = new Browser(blue.url);
		await browser.fetch('/add');
		const elsewhere = decodeCookie((browser.cookie as string).split('=')[1] as string, 'shared');
		const sid = elsewhere?.sid as string;
		browser.cookie = `pulse.sid=${encodeCookie({ sid, data: { ...elsewhere?.data, theme: 'dark' } }, 'shared')}`;
		await browser.fetch('/add');
		const other = new Browser(green.url);
		other.cookie = browser.cookie;
		expect(await (await other.fetch('/add')).json()).toBe(3);
		expect(decodeCookie((other.cookie as string).split('=')[1] as string, 'shared')?.data).toEqual({
			theme: 'dark',
			visits: 3,
		});
	});

	it('needs PULSE_SECRET in production', async () => {
		const start = serve(
			{ sessionStore: new CookieSessionStore() },
			{ mode: 'prod', serverAddress: 'https://a.example' },
		);
		await expect(start).rejects.toMatchObject({ code: 'missing-secret' });
	});
});
