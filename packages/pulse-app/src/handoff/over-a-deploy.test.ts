import type { Page } from 'playwright-core';
import { expect, it, vi } from 'vitest';
import type { ChannelOpener } from '../render/channel.ts';
import { inEachBrowser } from '../testing/browsers.ts';
import { front } from '../testing/front.ts';
import { live, status } from '../testing/live-page.ts';
import { OpenStore } from '../testing/open-store.ts';
import { tabs } from '../testing/tabs.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const counter: ChannelOpener = (channel) => {
	let count = 0;
	channel.on('increment', () => ++count);
	channel.onDrain(() => count);
	channel.onResume((snapshot) => {
		count = snapshot as number;
	});
};

/** Two versions at one address, of which the first one is active. `more`: of what the page's `connect` is given. */
async function deployment(more = '') {
	const sessionStore = new OpenStore();
	const version = (name: string) => {
		const render = ({ render: { data } }: { render: { data: Map<string, unknown> } }) => data.get('name') ?? name;
		const connect = `onView: (view) => { window.view = view }, ${more}`;
		return live({ deployment: name, secret: 'shared', sessionStore, channels: { counter }, render, connect });
	};
	const [blue, green] = [await version('blue'), await version('green')];
	blue.app.onDrain(() => 'from blue');
	green.app.onResume((snapshot, { data }) => void data.set('name', snapshot));
	const { url, switchTo } = await front({ blue: blue.running.port, green: green.running.port }, 'blue');
	return { blue, green, url, switchTo, sessionStore };
}

const NOTES_UPDATE = 'onUpdate: () => { window.told = true }';
const increment = (page: Page) => page.evaluate(`pulse.channel('counter').request('increment')`);
const view = (page: Page) => page.evaluate('globalThis.view').catch(() => 'navigating');
const versionOf = (page: Page) =>
	page.evaluate(`new URL(pulse.url('/x')).searchParams.get('pulse_deployment')`).catch(() => 'navigating');

/** `npm test` compiles first; the pages below load the compiled client. */
inEachBrowser('the state of a page', (browser) => {
	const { connected } = tabs(browser);

	it('goes over a deploy with its tab, and is on the new version before the page is live', async () => {
		const { blue, url, switchTo, sessionStore } = await deployment();
		const page = await connected(url);
		for (const count of [1, 2, 3]) expect(await increment(page)).toBe(count);
		expect(await view(page)).toBe('blue');
		switchTo('green');
		blue.running.reloadWithin(0);
		await expect.poll(() => view(page), { timeout: 20_000 }).toBe('from blue');
		await expect.poll(() => status(page)).toBe('connected');
		expect(await versionOf(page)).toBe('green');
		expect(await increment(page)).toBe(4);
		expect(sessionStore.snapshots()).toEqual([]);
		expect(await page.evaluate(`sessionStorage.getItem('__PULSE_FORMER')`)).toBeNull();
	});

	it('goes along where its user loads it anew by hand, and only where it was told to go', async () => {
		const { blue, url, switchTo } = await deployment(NOTES_UPDATE);
		const page = await connected(url);
		expect(await increment(page)).toBe(1);
		await page.reload();
		await expect.poll(() => status(page)).toBe('connected');
		expect(await increment(page)).toBe(1);
		await page.evaluate(`pulse.hold('drawing')`);
		switchTo('green');
		blue.running.reloadWithin(600);
		await expect.poll(() => page.evaluate('globalThis.told')).toBe(true);
		await page.reload();
		await expect.poll(() => status(page)).toBe('connected');
		expect(await view(page)).toBe('from blue');
		expect(await increment(page)).toBe(2);
	});

	it('is not looked for where no hook was ever given, also of an app that has channels', async () => {
		const sessionStore = new OpenStore();
		const asked: string[] = [];
		const { read } = OpenStore.prototype;
		sessionStore.read = (sid) => {
			asked.push(sid);
			return read.call(sessionStore, sid);
		};
		const app = await live({ secret: 'shared', sessionStore });
		const page = await connected(app.url);
		await page.evaluate(`pulse.channel('echo').request('say', 1)`);
		app.running.reloadWithin(0);
		await expect.poll(() => app.loads()).toBe(2);
		await expect.poll(() => status(page)).toBe('connected');
		expect(asked.filter((sid) => sid.startsWith('handoff:'))).toEqual([]);
	});

	it('stays with the tab that lives where that is copied', async () => {
		const { blue, url, switchTo } = await deployment(NOTES_UPDATE);
		const page = await connected(url);
		expect(await increment(page)).toBe(1);
		await page.evaluate(`pulse.hold('drawing')`);
		switchTo('green');
		blue.running.reloadWithin(600);
		await expect.poll(() => page.evaluate('globalThis.told')).toBe(true);
		// As one that a browser duplicates it has a copy of the storage.
		const [copy] = await Promise.all([page.waitForEvent('popup'), page.evaluate('void open(location.href)')]);
		await expect.poll(() => status(copy)).toBe('connected');
		expect(await copy.evaluate(`sessionStorage.getItem('__PULSE_DIRECTIVES') !== null`)).toBe(true);
		expect(await increment(copy)).toBe(1);
		await copy.close();
		await page.reload();
		await expect.poll(() => status(page)).toBe('connected');
		expect(await increment(page)).toBe(2);
	});
});
