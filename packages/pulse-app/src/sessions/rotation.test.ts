import { describe, expect, it, test } from 'vitest';
import type { App, AppOptions } from '../app.ts';
import type { Channel } from '../render/channel.ts';
import { Browser, type Page, serve } from '../testing/harness.ts';
import { CookieSessionStore } from './cookie-store.ts';
import { SupersededError } from './keeper.ts';
import { MemorySessionStore } from './memory-store.ts';
import { createServerKeeper } from './server-keeper.ts';
import { createSidIssuer } from './sid.ts';
import type { SessionStore } from './store.ts';
import type { UserSession } from './user-session.ts';

const SECRET = 'shared by all deployments of this test';

/** Signs in by request and by channel; `/` shows the session, the channel `tab` counts in memory. */
async function shop(options: Partial<AppOptions> = {}) {
	let held: (() => void) | undefined;
	const seenLater: unknown[] = [];
	const served: { app: App; url: string } = await serve(
		{
			...options,
			channels: {
				tab: (channel: Channel) => {
					const { session } = channel.render;
					let count = 0;
					channel.on('increment', () => ++count);
					channel.on('show', () => session.entries());
					channel.on('show later', async () => {
						await new Promise<void>((resolve) => {
							held = resolve;
						});
						seenLater.push(await session.entries());
					});
					channel.on('sign in', async () => {
						await session.rotate();
						await session.set('user', 'anna');
					});
				},
			},
			listener: async (request, response) => {
				const session = await served.app.session(request, response);
				if (request.url === '/add') await session.set('basket', ['book']);
				if (request.url === '/sign-in') {
					await session.rotate();
					await session.set('user', 'anna');
				}
				if (request.url === '/sign-out') await session.rotate({ clear: true });
				response.end(JSON.stringify(await session.entries()));
			},
		},
		{ env: { PULSE_SECRET: SECRET } },
	);
	return { ...served, seenLater, release: () => held?.() };
}

/** An attacker's browser that knows the same cookie, e.g. because the attacker planted it. */
function copyOf(browser: Browser): Browser {
	const copy = new Browser(browser.url);
	copy.cookie = browser.cookie;
	return copy;
}

const shows = async (browser: Browser) => (await browser.fetch('/')).json();
const gone = (page: Page) => expect.poll(() => page.socket.connected).toBe(false);

const STORES: [string, () => SessionStore | CookieSessionStore][] = [
	['on the server', () => new MemorySessionStore()],
	['in the cookie', () => new CookieSessionStore()],
];

describe.each(STORES)('the id of a session %s', (_kind, store) => {
	it('changes when the app says so; the data stay, and the former id is worth nothing', async () => {
		const { url } = await shop({ sessionStore: store() });
		const anna = new Browser(url);
		await anna.fetch('/add');
		const planted = copyOf(anna);
		expect(await (await anna.fetch('/sign-in')).json()).toEqual({ basket: ['book'], user: 'anna' });
		expect(anna.cookie).not.toBe(planted.cookie);
		expect(await shows(anna)).toEqual({ basket: ['book'], user: 'anna' });
		expect(await shows(planted)).toEqual({});
		await planted.fetch('/add');
		expect(await shows(anna)).toEqual({ basket: ['book'], user: 'anna' });
	});

	it('changes and leaves an empty session behind, at signing out', async () => {
		const { url } = await shop({ sessionStore: store() });
		const anna = new Browser(url);
		await anna.fetch('/add');
		await anna.fetch('/sign-in');
		const stolen = copyOf(anna);
		expect(await (await anna.fetch('/sign-out')).json()).toEqual({});
		expect([await shows(anna), await shows(stolen)]).toEqual([{}, {}]);
		await anna.fetch('/add');
		expect(await shows(anna)).toEqual({ basket: ['book'] });
	});

	it('does not change for a visitor without a session', async () => {
		const { url } = await shop({ sessionStore: store() });
		const anna = new Browser(url);
		await anna.fetch('/sign-out');
		expect(anna.cookie).toBeNull();
		expect(await (await anna.fetch('/sign-in')).json()).toEqual({ user: 'anna' });
	});

	it('changes under an open page, which comes back to its state', async () => {
		const { url } = await shop({ sessionStore: store() });
		const anna = new Browser(url);
		await anna.open();
		const page = await anna.connect().ready();
		await page.request('tab', 'increment');
		await anna.fetch('/sign-in');
		await gone(page);
		const back = await anna.connect().ready();
		expect(await back.request('tab', 'increment')).toBe(2);
		expect(await back.request('tab', 'show')).toEqual({ user: 'anna' });
	});

	it('is not lost to a navigation that was under way with the former one', async () => {
		const { url } = await shop({ sessionStore: store() });
		const anna = new Browser(url);
		await anna.open();
		await anna.connect().ready();
		const before = copyOf(anna);
		await anna.fetch('/sign-in');
		const headers = { 'X-Pulse-Render-Id': anna.directives?.headers['X-Pulse-Render-Id'] as string };
		const late = await before.prerender({ paths: ['/next'] }, headers);
		expect(late.headers.getSetCookie()).toEqual([]);
		expect(await late.text()).not.toContain(headers['X-Pulse-Render-Id']);
		const next = await anna.prerender({ paths: ['/next'] }, headers);
		expect(next.headers.getSetCookie()).toHaveLength(1);
		expect(await next.text()).toContain(headers['X-Pulse-Render-Id']);
	});

	it('does not take along whoever holds the former one: neither their socket, nor what it had asked for', async () => {
		const { url, seenLater, release } = await shop({ sessionStore: store() });
		const anna = new Browser(url);
		await anna.fetch('/add');
		const thief = copyOf(anna);
		await thief.open();
		const page = await thief.connect().ready();
		await page.request('tab', 'increment');
		void page.request('tab', 'show later');
		await page.request('tab', 'increment');

		await anna.fetch('/sign-in');
		release();
		await gone(page);
		await anna.open();
		expect(await (await anna.connect().ready()).request('tab', 'show')).toMatchObject({ user: 'anna' });
		expect(seenLater).toEqual([]);
		const again = thief.connect();
		await again.hear({ type: 'reload' });
		again.say({ type: 'channel_message', channel: 'tab', event: 'show', requestId: 'x' });
		await thief.open();
		expect(await (await thief.connect().ready()).request('tab', 'show')).toEqual({});
		expect(again.heard).toEqual([{ type: 'reload' }]);
	});

	it('changes on a socket: the page that asked fetches its cookie and stays, nobody else can', async () => {
		const { url } = await shop({ sessionStore: store() });
		const anna = new Browser(url);
		await anna.fetch('/add');
		const thief = copyOf(anna);
		await thief.open();
		const eavesdropper = await thief.connect().ready();
		await anna.open();
		const page = await anna.connect().ready();
		const signedIn = page.request('tab', 'sign in');
		const { url: address } = (await page.hear({ type: 'api_call' })) as { url: string };

		const stranger = new Browser(url);
		await stranger.open();
		const own = stranger.cookie;
		await stranger.fetch(address);
		const before = thief.cookie;
		await thief.fetch('/_pulse/set-cookies');
		expect([stranger.cookie, thief.cookie]).toEqual([own, before]);

		await anna.fetch(address);
		await signedIn;
		expect(anna.cookie).not.toBe(before);
		expect(await page.request('tab', 'show')).toEqual({ basket: ['book'], user: 'anna' });
		await gone(eavesdropper);
		expect(eavesdropper.heard.filter(({ type }) => type === 'api_call')).toEqual([]);
		await thief.fetch(address);
		expect(await shows(thief)).toEqual({});
	});
});

/** Every plain request gets the session a new id; `session` is what the newest page holds of it. */
async function serveRotating() {
	let session: UserSession | undefined;
	const served: Awaited<ReturnType<typeof serve>> = await serve({
		sessionTimeoutSeconds: 0.2,
		channels: {
			tab: (channel) => {
				session = channel.render.session;
				channel.on('open', () => true);
			},
		},
		listener: async (request, response) => {
			await (await served.app.session(request, response)).rotate();
			response.end();
		},
	});
	return { served, session: () => session };
}

test('what a page does that never shows its new id fails when the page ends, also afterwards', async () => {
	const { served, session } = await serveRotating();
	const anna = new Browser(served.url);
	await anna.open();
	await (await anna.connect().ready()).request('tab', 'open');
	await anna.fetch('/');
	const waiting = session()?.entries();
	await expect(waiting).rejects.toMatchObject({ code: 'session-rotated' });
	await expect(session()?.entries()).rejects.toMatchObject({ code: 'session-rotated' });
	await expect(session()?.rotate()).rejects.toMatchObject({ code: 'session-rotated' });
});

test('what goes on after a page has ended fails once the session has a new id, instead of asking for ever', async () => {
	const { served, session } = await serveRotating();
	const anna = new Browser(served.url);
	await anna.open();
	const page = await anna.connect().ready();
	await page.request('tab', 'open');
	page.socket.disconnect();
	await expect.poll(() => served.running.renderSessions().total).toBe(0);
	await anna.fetch('/');
	await expect(session()?.entries()).rejects.toMatchObject({ code: 'session-rotated' });
	await expect(session()?.set('seen', 1)).rejects.toMatchObject({ code: 'session-rotated' });
});

describe('two deployments that share sessions', () => {
	const both = async (store: () => SessionStore | CookieSessionStore) => {
		const [blue, green] = [await shop({ sessionStore: store() }), await shop({ sessionStore: store() })];
		const [onBlue, onGreen] = [new Browser(blue.url), new Browser(green.url)];
		await onBlue.fetch('/add');
		await onBlue.open();
		onGreen.cookie = onBlue.cookie;
		return { onBlue, onGreen };
	};
	const shared = new MemorySessionStore();

	it.each<[string, () => SessionStore | CookieSessionStore]>([
		['on the server', () => shared],
		['in the cookie', () => new CookieSessionStore()],
	])('keep the tabs of the other one when a session %s gets a new id', async (_kind, store) => {
		const { onBlue, onGreen } = await both(store);
		const page = await onBlue.connect().ready();
		await page.request('tab', 'increment');
		await onGreen.fetch('/sign-in');
		page.socket.disconnect();

		onBlue.cookie = onGreen.cookie;
		const back = await onBlue.connect().ready();
		expect(await back.request('tab', 'increment')).toBe(2);
		expect(await back.request('tab', 'show')).toEqual({ basket: ['book'], user: 'anna' });
		const renderId = onBlue.directives?.headers['X-Pulse-Render-Id'] as string;
		const again = await onBlue.prerender({ paths: ['/next'] }, { 'X-Pulse-Render-Id': renderId });
		expect(await again.text()).toContain(renderId);
	});

	it('answer no socket that has shown the former id alone', async () => {
		const { onBlue, onGreen } = await both(() => shared);
		const thief = copyOf(onBlue);
		await thief.open();
		const page = await thief.connect().ready();
		await onGreen.fetch('/sign-in');
		const answers: unknown[] = [];
		void page.request('tab', 'show').then((answer) => answers.push(answer));
		await gone(page);
		expect(answers).toEqual([]);
		await thief.connect().hear({ type: 'reload' });
	});
});

describe('a session on the server that gets a new id', () => {
	const keeper = (store: SessionStore, secrets: string[] = ['s']) =>
		createServerKeeper({ store, issuer: createSidIssuer(secrets), ttlMs: 60_000, isLive: () => false });

	it.each([[['s']], [[]]])('loses nothing that was written meanwhile (secrets: %j)', async (secrets) => {
		const store = new MemorySessionStore();
		const [blue, green] = [keeper(store, secrets), keeper(store, secrets)];
		const sid = await blue.create();
		const writes = Array.from({ length: 20 }, (_, n) =>
			green
				.change(sid, (data) => void Object.assign(data, { [`w${n}`]: n }))
				.then(
					() => `w${n}`,
					(error) => {
						expect(error).toBeInstanceOf(SupersededError);
						return null;
					},
				),
		);
		const next = await blue.rotate(sid, false);
		const written = (await Promise.all(writes)).filter((key) => key !== null);
		expect(Object.keys(await green.read(next)).sort()).toEqual(written.sort());
		expect([await green.resolve(sid), await green.resolve(next)]).toEqual([null, next]);
		expect([await green.succeeds(next, sid), await green.succeeds(sid, next)]).toEqual([true, false]);
	});

	it('goes to one of two that rotate at once', async () => {
		const store = new MemorySessionStore();
		const [blue, green] = [keeper(store), keeper(store)];
		const sid = await blue.create();
		await blue.change(sid, (data) => void Object.assign(data, { a: 1 }));
		const results = await Promise.allSettled([blue.rotate(sid, false), green.rotate(sid, false)]);
		expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
		const next = results.find((result) => result.status === 'fulfilled')?.value as string;
		expect(await green.read(next)).toEqual({ a: 1 });
	});

	it('goes on being recognised while the store is away, because nobody gets at its data then', async () => {
		let reads = 0;
		const away: SessionStore = Object.assign(Object.create(new MemorySessionStore()), {
			read: () => {
				reads += 1;
				return Promise.reject(new Error('away'));
			},
		});
		const { resolve } = keeper(away);
		const sid = createSidIssuer(['s']).issue();
		expect([await resolve(sid), await resolve(sid), await resolve(sid)]).toEqual([sid, sid, sid]);
		// The next ones did not wait for a store that had just failed to answer.
		expect(reads).toBe(1);
		await expect(resolve('a'.repeat(32))).rejects.toThrow('away');
	});
});

it('another app on a parent domain may have left a cookie of the same name: ours is found behind it', async () => {
	const { url } = await shop();
	const anna = new Browser(url);
	await anna.fetch('/add');
	const ours = anna.cookie;
	anna.cookie = `pulse.sid=${'a'.repeat(32)}; other=1; ${ours}; pulse.sid=nonsense`;
	expect(await shows(anna)).toEqual({ basket: ['book'] });
	await anna.open();
	anna.cookie = `pulse.sid=${'a'.repeat(32)}; ${ours}`;
	await anna.connect().ready();
});

it('cookies that a former secret signed are read, and signed anew', async () => {
	const stores = [
		new CookieSessionStore({ secret: 'old' }),
		new CookieSessionStore({ secret: 'new', previousSecrets: ['old', ''] }),
		new CookieSessionStore({ secret: 'new' }),
	];
	const anna = new Browser('');
	for (const [at, store] of stores.entries()) {
		const { url } = await shop({ sessionStore: store });
		Object.assign(anna, { url });
		if (at < 2) await anna.fetch('/add');
		expect(await shows(anna)).toEqual({ basket: ['book'] });
	}
});
