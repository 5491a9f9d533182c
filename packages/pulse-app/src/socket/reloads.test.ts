import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Link } from '../render/link.ts';
import { RenderRegistry } from '../render/registry.ts';
import type { RenderSession } from '../render/render-session.ts';
import type { UserSession } from '../sessions/user-session.ts';
import { Browser, type Page, serve } from '../testing/harness.ts';
import { Reloads } from './reloads.ts';

const SAFELY = { __pulse_safe_reload: 1 };
const NOBODY = { busy: 0, idle: 0, hidden: 0, held: 0, heldReasons: [] };

/** A page with a socket, of a client that can wait for a good moment, or of one of before. */
async function open(url: string, more: object = SAFELY): Promise<{ browser: Browser; page: Page; auth: object }> {
	const browser = new Browser(url);
	const { socketio } = await browser.open();
	const auth = { ...socketio.auth, __pulse_page_instance_id: 'p', ...more };
	return { browser, auth, page: await browser.connect({ auth }).ready() };
}

const reloads = (page: Page) => page.heard.filter(({ type }) => type === 'reload');

describe('a page that is told to load anew', () => {
	it('gets the time that it may wait where its client can, and the frame of before everywhere else (P1.5, P1.6)', async () => {
		const { url, running } = await serve();
		const [safe, old] = [await open(url), await open(url, {})];
		const frames: unknown[] = [];
		old.page.socket.on('message', (frame) => frames.push(frame));
		expect(running.reloadWithin(600)).toEqual({ pages: 2, overInMs: 600_000 });
		await safe.page.hear({ type: 'reload', within: 598 });
		running.reloadWithin(0);
		await old.page.hear({ type: 'reload' });
		expect(frames).toEqual([[[[], [], [], []], { type: 'reload' }]]);
	});

	it('hears in the answer to its first word whether the server hears what it says of itself (P1.10)', async () => {
		const { url } = await serve();
		const attach = { type: 'attach', path: '/', routeInfo: null, attachId: '1' };
		const [safe, old] = [await open(url), await open(url, { __pulse_safe_reload: true })];
		for (const { page } of [safe, old]) page.say(attach);
		expect(await safe.page.hear({ type: 'attach_ack' })).toMatchObject({ safeReload: true });
		expect(await old.page.hear({ type: 'attach_ack' })).not.toHaveProperty('safeReload');
	});

	it('without a time, as by a caller of before, is told within the second', async () => {
		const { url, running } = await serve();
		const pages = await Promise.all([1, 2, 3].map(() => open(url)));
		const asked = Date.now();
		expect(running.reload()).toBe(3);
		for (const { page } of pages) await page.hear({ type: 'reload', within: 0 });
		expect(Date.now() - asked).toBeLessThan(1_000);
	});

	it('because its state is gone decides for itself when: no server waits for it (P1.8)', async () => {
		const { url } = await serve();
		const browser = new Browser(url);
		await browser.open();
		const page = browser.connect({ auth: { render_id: 'f'.repeat(32), ...SAFELY } });
		expect(await page.hear({ type: 'reload' })).not.toHaveProperty('within');
	});

	it('is told when it is back where it was away at its turn, with what is left; one that was opened since is not', async () => {
		const { url, running } = await serve();
		const { browser, page, auth } = await open(url);
		page.socket.disconnect();
		await expect.poll(() => running.renderSessions().connected).toBe(0);
		await sleep(5);
		expect(running.reloadWithin(60).pages).toBe(0);
		const later = await open(url);
		const back = await browser.connect({ auth }).ready();
		const { within } = (await back.hear({ type: 'reload' })) as { within: number };
		expect(within).toBeGreaterThan(50);
		expect(within).toBeLessThanOrEqual(60);
		// Back once more, it knows.
		back.socket.disconnect();
		await expect.poll(() => running.renderSessions().connected).toBe(1);
		const again = await browser.connect({ auth }).ready();
		await sleep(100);
		expect([reloads(again), reloads(later.page)]).toEqual([[], []]);
	});

	it('hears that it may stay where that is taken back, also when it was away; one whose turn was to come hears nothing (P1.5)', async () => {
		const { url, running } = await serve();
		const [told, { browser, page, auth }, old] = [await open(url), await open(url), await open(url, {})];
		running.reloadWithin(600);
		for (const safe of [told.page, page]) await safe.hear({ type: 'reload', within: 597 });
		page.socket.disconnect();
		await expect.poll(() => running.renderSessions().connected).toBe(2);
		expect(running.takeBackReload()).toBe(2);
		await told.page.hear({ type: 'stay' });
		await (await browser.connect({ auth }).ready()).hear({ type: 'stay' });
		expect(running.takeBackReload()).toBe(0);
		expect(old.page.heard.filter(({ type }) => type === 'reload' || type === 'stay')).toEqual([]);
		running.reloadWithin(0);
		for (const open of [told, old]) await open.page.hear({ type: 'reload' });
	});

	it('is told again when the time is shortened', async () => {
		const { url, running } = await serve();
		const { page } = await open(url);
		running.reloadWithin(600);
		await page.hear({ type: 'reload', within: 600 });
		running.reloadWithin(0);
		await page.hear({ type: 'reload', within: 0 });
	});
});

describe('what pages say of themselves (P1.10)', () => {
	it('is counted until they say something else, and not of clients that say nothing', async () => {
		const { url, running } = await serve();
		expect(running.pages()).toEqual(NOBODY);
		const pages = await Promise.all([open(url), open(url), open(url), open(url), open(url, {})]);
		const [one, two, three, four] = pages.map(({ page }) => page) as [Page, Page, Page, Page];
		one.say({ type: 'presence', state: 'busy' });
		two.say({ type: 'presence', state: 'idle' });
		three.say({ type: 'presence', state: 'hidden' });
		four.say({ type: 'presence', state: 'held', reason: 'unsaved draft' });
		const all = { busy: 1, idle: 1, hidden: 1, held: 1, heldReasons: ['unsaved draft'] };
		await expect.poll(() => running.pages()).toEqual(all);
		// Away for a moment it is still there.
		four.socket.disconnect();
		await expect.poll(() => running.renderSessions().connected).toBe(4);
		expect(running.pages()).toEqual(all);
		one.say({ type: 'reload_state', state: 'held', reason: 'unsaved draft' });
		two.say({ type: 'reload_state', state: 'now' });
		three.say({ type: 'reload_state', state: 'gone' });
		await expect.poll(() => running.pages()).toEqual({ ...NOBODY, held: 2, heldReasons: ['unsaved draft'] });
		one.say({ type: 'presence', state: 'visible' });
		await expect.poll(() => running.pages()).toEqual({ ...NOBODY, held: 1, heldReasons: ['unsaved draft'] });
	});

	it('is cut where it is long, and dropped where it is no word of the protocol', async () => {
		const { url, running } = await serve({ onMessage: (_, message) => void heard.push(message.type) });
		const heard: string[] = [];
		const { page } = await open(url);
		for (const junk of [{ state: 'lost' }, { state: 'held', reason: 7 }, {}]) page.say({ type: 'presence', ...junk });
		page.say({ type: 'presence', state: 'held', reason: `\u001b[2J${'x'.repeat(10_000)}` });
		await expect.poll(() => running.pages().held).toBe(1);
		expect(running.pages().heldReasons).toEqual([`\u001b[2J${'x'.repeat(96)}`]);
		for (let n = 0; n < 5; n += 1) {
			const { page: other } = await open(url);
			other.say({ type: 'presence', state: 'held', reason: `reason ${n}` });
		}
		await expect.poll(() => running.pages().held).toBe(6);
		expect(running.pages().heldReasons).toHaveLength(3);
		// These are between page and runtime.
		expect(heard).toEqual([]);
	});
});

describe('500 pages', () => {
	/** Each a socket that notes when it is told, and what, on a clock of the test. */
	function crowd(count: number) {
		vi.useFakeTimers();
		onTestFinished(() => void vi.useRealTimers());
		const registry = new RenderRegistry({
			timeoutMs: 60_000,
			sessionOf: () => ({}) as UserSession,
			onClosed: () => {},
			onCloseFailed: () => {},
			onOwnerGone: () => {},
		});
		const told: { readonly at: number; readonly within: number | undefined; readonly render: RenderSession }[] = [];
		const reloads = new Reloads(() => registry.all());
		const connect = (render: RenderSession, safeReload: boolean): Link => {
			const link: Link = {
				safeReload,
				send: ([, message]) =>
					void told.push({ at: Date.now(), within: (message as { within?: number }).within, render }),
				drop: () => {},
				renew: () => {},
			};
			registry.connect(render, link, null);
			reloads.connected(render);
			return link;
		};
		const pages = Array.from({ length: count }, (_, index) => {
			const render = registry.create(`owner-${index}`);
			return { render, link: connect(render, index % 2 === 0) };
		});
		// A round is of those who were there before it.
		vi.advanceTimersByTime(1);
		const most = () =>
			Math.max(...told.map(({ at: from }) => told.filter(({ at }) => at >= from && at < from + 1000).length));
		return { reloads, registry, pages, told, connect, most };
	}

	it('are told in turns, no second more than a fifth of them, old clients as new ones', () => {
		const { reloads, told, most } = crowd(500);
		const { pages, overInMs } = reloads.begin({ within: 0 });
		expect(pages).toBe(500);
		vi.advanceTimersByTime(overInMs);
		expect(told).toHaveLength(500);
		expect(new Set(told.map(({ render }) => render)).size).toBe(500);
		expect(most()).toBeLessThanOrEqual(100);
		expect(told.filter(({ within }) => within === 0)).toHaveLength(250);
		expect(vi.getTimerCount()).toBe(0);
	});

	it('that can wait are told first, and those that cannot only at the end of the time, also one that was away', () => {
		const { reloads, registry, pages, told, connect } = crowd(500);
		const { render: away, link } = pages[1]!;
		registry.disconnect(away, link);
		vi.advanceTimersByTime(1);
		expect(reloads.begin({ within: 600 })).toEqual({ pages: 499, overInMs: 600_000 });
		vi.advanceTimersByTime(10_000);
		connect(away, false);
		vi.advanceTimersByTime(560_000);
		expect(told.length).toBe(250);
		expect(told.every(({ render, within }) => render.canWait && within !== undefined)).toBe(true);
		vi.advanceTimersByTime(30_000);
		const busiest = (from: number) => told.filter(({ at }) => at >= from && at < from + 1000).length;
		expect(told).toHaveLength(500);
		expect(new Set(told.map(({ render }) => render)).size).toBe(500);
		expect(Math.max(...told.map(({ at }) => busiest(at)))).toBeLessThanOrEqual(100);
		expect(vi.getTimerCount()).toBe(0);
	});

	it('are all told, once in each round, where a second round begins before the first is over', () => {
		const { reloads, told, most } = crowd(500);
		reloads.begin({ within: 600 });
		vi.advanceTimersByTime(2_500);
		const first = new Set(told.map(({ render }) => render));
		const { overInMs } = reloads.begin({ within: 0 });
		vi.advanceTimersByTime(overInMs);
		expect(told).toHaveLength(first.size + 500);
		// Those who were not told yet come first.
		expect(told.slice(first.size, 500).some(({ render }) => first.has(render))).toBe(false);
		expect(most()).toBeLessThanOrEqual(102);
	});

	it('of whom some are away at their turn are told when they are back, and others never where they are gone', () => {
		const { reloads, registry, pages, told, connect } = crowd(500);
		reloads.begin({ within: 0 });
		for (const { render, link } of pages.slice(0, 50)) registry.disconnect(render, link);
		vi.advanceTimersByTime(7_000);
		const first = new Set(told.map(({ render }) => render));
		const away = pages.slice(0, 50).filter(({ render }) => !first.has(render));
		expect(away.length).toBeGreaterThan(30);
		for (const { render } of pages.slice(0, 50)) connect(render, true);
		expect(told).toHaveLength(500);
		expect(new Set(told.map(({ render }) => render)).size).toBe(500);
		reloads.begin({ within: 30 });
		registry.closeAll();
		vi.advanceTimersByTime(60_000);
		expect(told.length).toBeLessThan(600);
	});
});
