import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { App } from '../app.ts';
import type { ChannelOpener } from '../render/channel.ts';
import type { RenderSession } from '../render/render-session.ts';
import { CookieSessionStore } from '../sessions/cookie-store.ts';
import { Browser } from '../testing/harness.ts';
import { leave, move, show, versions } from '../testing/versions.ts';

const counter: ChannelOpener = (channel) => {
	let count = 0;
	channel.on('increment', () => ++count);
	channel.on('read', () => count);
	channel.onDrain(() => ({ count }));
	channel.onResume((snapshot) => {
		count = (snapshot as { count: number }).count;
	});
};

/** The app's own state: a step of each page, and when it was taken. */
function steps(app: App): void {
	app.onDrain(({ data }) => ({ step: data.get('step'), at: new Date(0) }));
	app.onResume((snapshot, { data }) => void data.set('step', (snapshot as { step: number }).step));
}

const START_FRESH = 'a page starts fresh: its state cannot be read';
const NOT_HANDED_OVER = 'state of a page is not handed over';

/** Keeps in a page what was drawn first, and its step. */
const drawn = (first: unknown[]) => ({
	render: ({ render: { data } }: { render: { data: Map<string, unknown> } }) => {
		first.push(data.get('step'));
		if (!data.has('step')) data.set('step', first.length);
		return null;
	},
});

describe('the state of a page (P1.19)', () => {
	it('is on the next version before its first view is, of the app and of each channel', async () => {
		const { version, store } = versions();
		const after: unknown[] = [];
		const channels = { counter, other: counter };
		const blue = await version({ channels, hooks: steps, ...drawn([]) });
		const green = await version({ channels, hooks: steps, ...drawn(after) });
		const old = await show(blue);
		for (const [channel, times] of [
			['counter', 3],
			['other', 1],
		] as const) {
			for (let n = 0; n < times; n += 1) await old.page.request(channel, 'increment');
		}
		const next = await move(blue, old, green);
		expect(after).toEqual([1]);
		expect(await next.page.request('counter', 'increment')).toBe(4);
		expect(await next.page.request('other', 'read')).toBe(1);
		expect([...blue.warned, ...green.warned]).toEqual([]);
		await expect.poll(() => store.snapshots()).toEqual([]);
	});

	it('goes on to the version after, also of a channel that the one between did not open', async () => {
		const { version } = versions();
		const [blue, green, white] = await Promise.all([1, 2, 3].map(() => version({ channels: { counter } })));
		const old = await show(blue!);
		await old.page.request('counter', 'increment');
		const between = await move(blue!, old, green!);
		const next = await move(green!, between, white!);
		expect(await next.page.request('counter', 'read')).toBe(1);
	});

	it('is for one page: another tab, another user, another address and a second time find nothing', async () => {
		const { version } = versions();
		const [blue, green] = [await version({ channels: { counter } }), await version({ channels: { counter } })];
		const old = await show(blue);
		await old.page.request('counter', 'increment');
		await leave(blue, old);
		await expect.poll(() => blue.running.pages().held).toBe(0);
		const { cookie } = old.browser;
		const count = async (how: Parameters<typeof show>[1]) => (await show(green, how)).page.request('counter', 'read');
		const tab = await show(blue, { cookie });
		expect(await count({ cookie, former: tab.id })).toBe(0);
		expect(await count({ former: old.id })).toBe(0);
		expect(await count({ cookie: (await show(green)).browser.cookie, former: old.id })).toBe(0);
		expect(await count({ cookie, former: '../../x' })).toBe(0);
		expect(await count({ cookie, former: old.id })).toBe(1);
		expect(await count({ cookie, former: old.id })).toBe(0);
		const elsewhere = await show(blue, { cookie });
		await elsewhere.page.request('counter', 'increment');
		expect(await (await move(blue, elsewhere, green, '/elsewhere')).page.request('counter', 'read')).toBe(0);
	});

	it('is of each of two tabs of a user its own', async () => {
		const { version } = versions();
		const [blue, green] = [await version({ channels: { counter } }), await version({ channels: { counter } })];
		const one = await show(blue);
		const two = await show(blue, { cookie: one.browser.cookie });
		await one.page.request('counter', 'increment');
		const [first, second] = await Promise.all([one, two].map((tab) => move(blue, tab, green)));
		expect(await first!.page.request('counter', 'read')).toBe(1);
		expect(await second!.page.request('counter', 'read')).toBe(0);
	});

	it('is not taken of a page that was not told to go', async () => {
		const { version } = versions();
		let asked = 0;
		const blue = await version({ hooks: (app) => app.onDrain(() => ++asked) });
		const { page } = await show(blue);
		page.say({ type: 'reload_state', state: 'now' });
		page.say({ type: 'attach', path: '/', routeInfo: null, attachId: '2' });
		await page.hear({ attachId: '2' });
		expect(asked).toBe(0);
	});

	it('is of a page whose connection ended and came back what it is when it goes', async () => {
		const { version } = versions();
		let state: Map<string, unknown> | undefined;
		const render = ({ render: { data } }: { render: RenderSession }) => {
			state = data;
			return null;
		};
		const after: unknown[] = [];
		const [blue, green] = [await version({ hooks: steps, render }), await version({ hooks: steps, ...drawn(after) })];
		const old = await show(blue);
		state?.set('step', 1);
		await leave(blue, old, 'held');
		const { socket } = old.page;
		socket.disconnect().connect();
		await old.page.ready();
		state?.set('step', 2);
		old.page.say({ type: 'reload_state', state: 'now' });
		await show(green, { cookie: old.browser.cookie, former: old.id });
		expect(after).toEqual([2]);
	});

	it('is announced to a page that was told to go, once there is any, and to no other', async () => {
		const { version } = versions();
		const plain: ChannelOpener = (channel) => channel.on('read', () => 0);
		const blue = await version({ channels: { counter, plain } });
		const [one, other] = [await show(blue), await show(blue)];
		await one.page.request('counter', 'read');
		await other.page.request('plain', 'read');
		const types = ({ page }: typeof one) =>
			page.heard.map(({ type }) => type).filter((type) => type !== 'channel_message');
		expect(types(one)).toEqual(['attach_ack']);
		for (const { page } of [one, other]) await leave(blue, { ...one, page }, 'held');
		blue.running.reloadWithin(0);
		await one.page.request('counter', 'read');
		expect(types(one).filter((type) => type === 'handoff')).toHaveLength(1);
		expect(types(one).slice(0, 3)).toEqual(['attach_ack', 'handoff', 'reload']);
		expect(types(other)).not.toContain('handoff');
		await other.page.request('counter', 'read');
		expect(types(other).at(-1)).toBe('handoff');
		const white = await version({ hooks: steps });
		const page = await show(white);
		await leave(white, page);
		expect(types(page)).toEqual(['attach_ack', 'handoff', 'reload']);
	});

	it('is in the render session that a page gets whose answer was lost', async () => {
		const { version } = versions();
		let resumed = 0;
		const resume = (app: App) => {
			steps(app);
			app.onResume(() => ++resumed);
		};
		const [blue, green] = [await version({ hooks: resume }), await version({ hooks: resume })];
		const old = await show(blue);
		await leave(blue, old);
		const lost = new Browser(green.url);
		lost.cookie = old.browser.cookie;
		const body = { paths: ['/'], former: old.id };
		const [first, again] = [await lost.open(body), await lost.open(body)];
		expect(again.socketio.auth.render_id).toBe(first.socketio.auth.render_id);
		const next = await show(green, { cookie: lost.cookie, former: old.id });
		expect(next.id).toBe(first.socketio.auth.render_id);
		expect(resumed).toBe(1);
	});
});

describe('a version', () => {
	it('that does not take the schema starts fresh and says so, also after a rollback', async () => {
		const { version } = versions();
		const at =
			(schema: number): ChannelOpener =>
			(channel) => {
				channel.onDrain(() => ({ count: 1 }), { schema });
				let got = 0;
				for (let known = 1; known <= schema; known += 1) channel.onResume(() => (got = known), { schema: known });
				channel.on('got', () => got);
			};
		const hooks = (schema: number) => (app: App) => {
			app.onDrain(() => 1, { schema });
			app.onResume(() => {}, { schema });
		};
		const blue = await version({ channels: { one: at(1) }, hooks: hooks(1) });
		const green = await version({ channels: { one: at(2) }, hooks: hooks(2) });
		const old = await show(blue);
		expect(await old.page.request('one', 'got')).toBe(0);
		const next = await move(blue, old, green);
		expect(await next.page.request('one', 'got')).toBe(1);
		expect(green.warned).toMatchObject([{ msg: START_FRESH, why: 'the app does not take schema 1' }]);
		const back = await move(green, next, blue);
		expect(await back.page.request('one', 'got')).toBe(0);
		const why = "channel 'one': it does not take schema 2";
		expect(blue.warned.map(({ why }) => why)).toEqual(['the app does not take schema 2', why]);
	});

	it('refuses a schema that is no whole number', async () => {
		const { app } = await versions().version();
		for (const schema of [-1, 0.5, Number.NaN]) {
			expect(() => app.onDrain(() => {}, { schema })).toThrow(expect.objectContaining({ code: 'invalid-schema' }));
			expect(() => app.onResume(() => {}, { schema })).toThrow(expect.objectContaining({ code: 'invalid-schema' }));
		}
	});

	it.each([
		['another secret', { secret: 'other' }, 0],
		['a new secret, and the one of before', { secret: 'other', formerSecret: 'shared' }, 1],
	])('with %s opens what it can, and says what it cannot', async (_name, secrets, count) => {
		const { version } = versions();
		const render = async ({ render }: { render: RenderSession }) => void (await render.session.set('known', true));
		const blue = await version({ channels: { counter }, render });
		const green = await version({ channels: { counter }, ...secrets });
		const old = await show(blue);
		await old.page.request('counter', 'increment');
		const next = await move(blue, old, green);
		expect(await next.page.request('counter', 'read')).toBe(count);
		expect(green.warned.length).toBe(1 - count);
	});

	it.each([
		['sessions in cookies', { sessionStore: new CookieSessionStore() }, 'sessions are kept in cookies'],
		['no secret', { secret: null }, 'there is no secret: set PULSE_SECRET'],
	])('with %s hands nothing over, and says so once', async (_name, options, why) => {
		const blue = await versions().version({ channels: { counter }, ...options });
		for (const old of [await show(blue), await show(blue)]) {
			await old.page.request('counter', 'increment');
			const next = await move(blue, old, blue);
			expect(await next.page.request('counter', 'read')).toBe(0);
		}
		expect(blue.warned).toMatchObject([{ why }]);
	});

	it('of before gets a body that it does not know', async () => {
		const { version } = versions();
		const blue = await version();
		expect((await show(blue, { former: 'f'.repeat(32) })).id).not.toBe('f'.repeat(32));
	});
});

describe('a snapshot', () => {
	it('that is still made is waited for', async () => {
		const { version } = versions();
		const slow = (app: App) => {
			app.onDrain(() => sleep(300, 'late'));
			app.onResume((snapshot, { data }) => void data.set('step', snapshot));
		};
		const after: unknown[] = [];
		const [blue, green] = [await version({ hooks: slow }), await version({ hooks: slow, ...drawn(after) })];
		await move(blue, await show(blue), green);
		expect(after).toEqual(['late']);
	});

	it('has what messages do that came before the page left, or after', async () => {
		const { version } = versions();
		let asked = 0;
		const list: ChannelOpener = (channel) => {
			const done: string[] = [];
			channel.on('do', async (what) => {
				await sleep(100);
				done.push(what as string);
			});
			channel.on('done', () => done);
			channel.onDrain(() => {
				asked += 1;
				return done;
			});
			channel.onResume((snapshot) => void done.push(...(snapshot as string[])));
		};
		const [blue, green] = [await version({ channels: { list } }), await version({ channels: { list } })];
		const old = await show(blue);
		const send = (what: string) =>
			old.page.say({ type: 'channel_message', channel: 'list', event: 'do', payload: what });
		blue.running.reloadWithin(0);
		await old.page.hear({ type: 'reload' });
		send('before');
		old.page.say({ type: 'reload_state', state: 'now' });
		await expect.poll(() => asked).toBe(1);
		send('after');
		old.page.say({ type: 'reload_state', state: 'gone' });
		await expect.poll(() => asked).toBe(2);
		const next = await show(green, { cookie: old.browser.cookie, former: old.id });
		expect(await next.page.request('list', 'done')).toEqual(['before', 'after']);
	});

	it('is sealed where it lies, and taken back when its page waits after all', async () => {
		const { version, store } = versions();
		const blue = await version({ hooks: (app) => app.onDrain(() => 'a secret of the page') });
		const old = await show(blue);
		await leave(blue, old);
		const isThere = ([, value]: [string, string]) => /^[\w+/]{100,}=*$/.test(value);
		await expect.poll(() => store.snapshots().filter(isThere).length).toBe(1);
		const [[place, value]] = store.snapshots() as [[string, string]];
		expect(place).not.toContain(old.id);
		expect(Buffer.from(value, 'base64').toString('latin1')).not.toContain('secret');
		old.page.say({ type: 'reload_state', state: 'held', reason: 'stays' });
		await expect.poll(() => store.snapshots()).toEqual([]);
	});

	it('that is too large, or cannot be had, is told and leaves the rest as it is', async () => {
		const { version } = versions();
		const failing: ChannelOpener = (channel) => {
			channel.on('open', () => true);
			channel.onDrain(() => {
				throw new Error('no');
			});
		};
		const odd: ChannelOpener = (channel) => {
			channel.on('open', () => true);
			channel.onDrain(() => () => {});
		};
		const channels = { counter, failing, odd };
		const [blue, green] = [await version({ channels }), await version({ channels })];
		const old = await show(blue);
		await old.page.request('counter', 'increment');
		for (const name of ['failing', 'odd']) await old.page.request(name, 'open');
		const next = await move(blue, old, green);
		expect(await next.page.request('counter', 'read')).toBe(1);
		const why = "channel 'failing': no; channel 'odd': cannot serialise a function";
		expect(blue.warned).toMatchObject([{ msg: NOT_HANDED_OVER, why }]);
		green.app.onDrain(() => 'x'.repeat(33_000));
		const last = await move(green, next, blue);
		expect(await last.page.request('counter', 'read')).toBe(0);
		expect(green.warned).toMatchObject([{ msg: NOT_HANDED_OVER, why: /^a snapshot has 32768 bytes at most, not 33/ }]);
	});
});
