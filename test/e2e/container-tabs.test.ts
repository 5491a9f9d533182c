import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, test, vi } from 'vitest';
import { inEachBrowser } from '../../packages/pulse-app/src/testing/browsers.ts';
import { oneBrowser } from '../../packages/pulse-app/src/testing/one-browser.ts';
import { startEdge } from '../../packages/pulse-edge/src/testing/edge.ts';
import { startContainerApp } from '../support/container-app.ts';

// Two tabs of a real browser each, beside other tests.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** `npm test` compiles first: the edge serves the compiled tab script. */
inEachBrowser('the tabs of a container app', ({ launch }) => {
	const browser = oneBrowser(launch);

	/** A tab on each of two versions, in one browser; `two` is active. */
	async function twoTabs() {
		const apps = { one: await startContainerApp('one'), two: await startContainerApp('two') };
		const edge = await startEdge({
			deployments: { one: apps.one.port, two: apps.two.port },
			container: { affinity: 'tab', healthPath: '/' },
		});
		const origin = `http://127.0.0.1:${edge.port}`;
		const context = await browser().newContext();
		const errors: string[] = [];
		const open = async () => {
			const page = await context.newPage();
			page.on('pageerror', (error) => void errors.push(String(error)));
			await page.goto(origin);
			return page;
		};
		const one = await open();
		edge.table.promote('two');
		const two = await open();
		expect([await one.title(), await two.title()]).toEqual(['one', 'two']);
		return { ...edge, apps, one, two, errors, origin, context };
	}
	/** As a user who turns to a tab. */
	const use = async (page: Page) => {
		await page.bringToFront();
		await page.locator('#text').click();
	};
	const by = (page: Page, way: string) => page.evaluate(`ways.${way}()`);

	test('each keep their version whatever they ask for, used in turn (C1.5) (C1.6) (C1.10) (C1.12)', async () => {
		const { one, two, apps, errors } = await twoTabs();
		for (let turn = 1; turn <= 2; turn++)
			for (const [page, v] of [
				[one, 'one'],
				[two, 'two'],
			] as const) {
				await use(page);
				for (const way of ['fetch', 'post', 'request', 'redirect', 'chunk', 'same', 'worker'])
					expect([way, await by(page, way)]).toEqual([way, v]);
				expect(await by(page, 'url')).toBe(`/api?by=${v}`);
				expect(await by(page, 'xhr')).toBe(`${v} /api?by=${v}`);
				expect(await by(page, 'events')).toBe(`${v} /events?by=${v}`);
				expect(await by(page, 'socket')).toBe(`${v} ${turn}`);
				const worker = `${v} 1 ${v} true false`;
				expect(await by(page, 'workers')).toBe([worker, worker, worker].join());
				expect(await by(page, 'frame')).toBe(`${v} ${v}`);
				expect(await by(page, 'beacon')).toBe(true);
				expect(await by(page, 'classes')).toBe('true,true,1,true');
			}
		// A tab in the background says itself which version it is of.
		for (const way of ['fetch', 'post', 'request', 'redirect', 'worker']) expect(await by(one, way)).toBe('one');
		expect(await by(one, 'workers')).toMatch(/^one \d one true false,/);
		await expect.poll(() => apps.one.asked.length).toBeGreaterThan(25);
		for (const [name, { asked }] of Object.entries(apps)) expect(asked.filter(({ by }) => by !== name)).toEqual([]);
		expect(errors).toEqual([]);
	});

	test('a worker is pinned where its page has its script in the cache, and a page that fetches it gets it as the app sent it (C1.9) (C1.12)', async () => {
		const { one, two, errors } = await twoTabs();
		await use(two);
		const asked = (path: string) =>
			one.evaluate(`(async () => {
				const text = () => fetch('${path}').then((r) => r.text());
				const work = () => new Promise((resolve) => {
					new Worker('${path}').onmessage = ({ data }) => resolve(data);
				});
				return ${path.includes('fetched') ? '[await text(), await work(), await text()]' : '[await work(), await text(), await work()]'};
			})()`) as Promise<string[]>;
		const worker = expect.stringMatching(/^one 1 one true false$/);
		const plain = expect.stringMatching(/^"use asm"; 'use strict';/);
		expect(await asked('/kept-worker.js?by=one&fetched')).toEqual([plain, worker, plain]);
		expect(await asked('/kept-worker.js?by=one&run')).toEqual([worker, plain, worker]);
		expect(errors).toEqual([]);
	});

	test('a form and what it leads to stay with their tab, and its address shows no pin (C1.4) (C1.5)', async () => {
		const { one, two, origin, apps } = await twoTabs();
		await use(two);
		await one.evaluate(`document.getElementById('go').click()`);
		await expect.poll(() => one.title()).toBe('one 1');
		expect(one.url()).toBe(`${origin}/done?by=one`);
		expect(apps.one.asked.filter(({ by }) => by !== 'one')).toEqual([]);
	});

	test('a form that a script sends, also one with an input called "action" (C1.5)', async () => {
		const { one, two } = await twoTabs();
		await use(two);
		await one.evaluate(`document.getElementById('form').submit()`);
		await expect.poll(() => one.title()).toBe('one 1');
	});

	test('a download, also by a link that is in no page (C1.5)', async () => {
		const { one, two } = await twoTabs();
		await use(two);
		const detached = `{ const a = document.createElement('a'); a.href = '/file?by=one'; a.download = ''; a.click(); }`;
		for (const click of [`document.getElementById('file').click()`, detached]) {
			const [download] = await Promise.all([one.waitForEvent('download'), one.evaluate(click)]);
			expect(readFileSync(await download.path(), 'utf8')).toBe('one');
		}
		expect(await one.evaluate(`document.getElementById('file').getAttribute('href')`)).toBe('/file?by=one');
	});

	test('a page that handles a form or a download itself finds what it wrote, as React Router does (C1.5)', async () => {
		const { one, two, origin } = await twoTabs();
		await use(two);
		const shown = await one.evaluate(`{
			const seen = [];
			const handle = (event) => {
				event.preventDefault();
				const written = event.target.getAttribute(event.type === 'submit' ? 'action' : 'href');
				seen.push(written);
				history.pushState(null, '', written);
			};
			for (const name of ['submit', 'click']) document.addEventListener(name, (e) => e.target.id !== 'go' && handle(e));
			document.getElementById('go').click();
			document.getElementById('file').click();
			const link = Object.assign(document.createElement('a'), { href: '/detached', download: '', onclick: handle });
			link.click();
			link.dispatchEvent(new MouseEvent('click', { cancelable: true }));
			seen.join()
		}`);
		expect(shown).toBe('/form?by=one,/file?by=one,/detached,/detached');
		expect(one.url()).toBe(`${origin}/detached`);
	});

	test('a frame without an address stays blank (C1.5)', async () => {
		const { one } = await twoTabs();
		const shown = `(set) => new Promise((done) => {
			const frame = document.createElement('iframe');
			set(frame);
			document.body.append(frame);
			setTimeout(() => done([frame.getAttribute('src'), frame.contentDocument.URL]), 300);
		})`;
		expect(await one.evaluate(`(${shown})((frame) => { frame.src = '' })`)).toEqual(['', 'about:blank']);
		expect(await one.evaluate(`(${shown})((frame) => frame.setAttribute('SRC', ''))`)).toEqual(['', 'about:blank']);
	});

	test('a request that cannot say its version is sent whole, and a wrong one is told by its promise (C1.5)', async () => {
		const { one } = await twoTabs();
		await use(one);
		const sent = `fetch(new Request('/echo', { method: 'POST', mode: 'no-cors', body: new URLSearchParams({ a: 'b' }) }))`;
		expect(await one.evaluate(`${sent}.then((r) => r.text())`)).toBe('one {"a":"b"}');
		const got = `fetch(new Request('/api', { mode: 'no-cors' })).then((r) => r.text())`;
		await one.evaluate(`document.cookie = 'pulse_page=two;path=/'`);
		expect(await one.evaluate(got)).toBe('one');
		const rejects = (call: string) => one.evaluate(`${call}.then(() => 'sent', (error) => error.name)`);
		const used = `const used = new Request('/echo', { method: 'POST', body: 'x' }); await used.text();`;
		expect(await one.evaluate(`(async () => { ${used} return fetch(used) })().then(() => 'sent', (e) => e.name)`)).toBe(
			'TypeError',
		);
		expect(
			await one.evaluate(`(async () => { ${used} try { fetch(used).catch(() => {}) } catch { return 'thrown' } })()`),
		).toBeUndefined();
		expect(await rejects('fetch({ toString() { throw new RangeError() } })')).toBe('RangeError');
		expect(await rejects('fetch()')).toBe('TypeError');
	});

	test('only what a user wrote, or chose in a form, and did not take back or send makes a tab busy (C1.14) (C1.15)', async () => {
		const { one, edge } = await twoTabs();
		await one.evaluate(`document.body.insertAdjacentHTML('beforeend', \`
			<input id="box" type="checkbox"><input id="radio" type="radio"><input id="range" type="range">
			<select id="select"><option>a<option>b</select><input id="name" value="Ann"><p id="rich" contenteditable></p>
			<textarea id="follows"></textarea>
			<form id="waits" onsubmit="return false"><input id="waiting" type="checkbox"><button>Send</button></form>\`);
			follows.oninput = () => { follows.defaultValue = follows.value };`);
		const state = async () => {
			await one.evaluate(`document.activeElement.blur(); document.dispatchEvent(new Event('visibilitychange'))`);
			return edge.context.presence.counts().get('one')?.busy;
		};
		const becomes = (busy: number) => expect.poll(state, { interval: 300, timeout: 5_000 }).toBe(busy);
		await one.locator('#text').fill('a draft');
		await becomes(1);
		await one.locator('#text').fill('');
		for (const id of ['box', 'radio']) await one.locator(`#${id}`).check();
		await one.locator('#range').fill('70');
		await one.locator('#select').selectOption('b');
		await becomes(0);
		await one.locator('#waiting').check();
		await becomes(1);
		await one.evaluate('waits.requestSubmit()');
		await becomes(0);
		for (const [id, written, before] of [
			['name', 'Bob', 'Ann'],
			['name', '', 'Ann'],
			['rich', 'x', ''],
			// A framework whose fields' `defaultValue` follows what is written: React's do.
			['follows', 'x', ''],
		] as const) {
			await one.locator(`#${id}`).fill(written);
			await becomes(1);
			await one.locator(`#${id}`).fill(before);
			await becomes(0);
		}
	});

	test('tabs are counted while they are there (C1.15)', async () => {
		const { one, edge } = await twoTabs();
		const counts = () => Object.fromEntries(edge.context.presence.counts());
		await expect.poll(counts).toMatchObject({ two: { visible: 1 } });
		await one.locator('#text').fill('a draft');
		await one.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
		await expect.poll(counts).toMatchObject({ one: { busy: 1 } });
		await one.goto('about:blank');
		await expect.poll(counts).toEqual({ two: { visible: 1, hidden: 0, busy: 0 } });
	});

	test('a tab whose version goes is loaded anew once nothing is unsaved, and loses nothing before (C1.14)', async () => {
		const { one, table, apps, errors } = await twoTabs();
		await use(one);
		expect(await by(one, 'socket')).toBe('one 1');
		await one.locator('#text').fill('a draft');
		await one.evaluate(`addEventListener('pulse:gone', () => { window.told = true })`);
		table.retire('one');
		apps.one.cut();
		await expect.poll(() => one.evaluate('window.told')).toBe(true);
		expect(await one.title()).toBe('one');
		await new Promise((resolve) => setTimeout(resolve, 8_000));
		expect(await one.locator('#text').inputValue()).toBe('a draft');
		await one.locator('#text').fill('');
		await expect.poll(() => one.title().catch(() => ''), { timeout: 12_000 }).toBe('two');
		expect(errors).toEqual([]);
	});

	test('a draft that a page no longer lets its user change holds it for a minute (C1.14)', async () => {
		const { context, origin, table } = await twoTabs();
		const tab = await context.newPage();
		await tab.clock.install();
		await tab.goto(origin);
		await tab.locator('#text').fill('a draft');
		table.promote('one');
		table.retire('two');
		await tab.evaluate(`document.getElementById('text').disabled = true`);
		expect(await by(tab, 'fetch')).toContain('stale affinity');
		await tab.clock.runFor(50_000);
		expect(await tab.title()).toBe('two');
		await tab.clock.runFor(15_000);
		await expect.poll(() => tab.title().catch(() => '')).toBe('one');
	});

	test('a tab that is asked to leave does so when nothing is unsaved, or when its time is over, unless that is taken back (C1.15)', async () => {
		const { origin, context, table } = await twoTabs();
		const tab = await context.newPage();
		// The edge says so in its answers to reports; here the page's own network does.
		await tab.addInitScript(`{
			const { fetch } = window;
			window.fetch = (input, init) => fetch(input, init).then((answer) => {
				const within = sessionStorage.within;
				if (!within || !String(input).includes('/_pulse/edge/tab')) return answer;
				return new Response(null, { status: 204, headers: { 'x-pulse-reload-within': within } });
			});
		}`);
		await tab.goto(origin);
		table.promote('one');
		const ask = (within: string) =>
			tab.evaluate(`sessionStorage.within = '${within}'; dispatchEvent(new Event('pageshow'))`);
		await tab.locator('#text').fill('a draft');
		await ask('600');
		await new Promise((resolve) => setTimeout(resolve, 1_500));
		await ask('');
		await new Promise((resolve) => setTimeout(resolve, 1_000));
		await tab.locator('#text').fill('');
		await new Promise((resolve) => setTimeout(resolve, 6_000));
		expect(await tab.title()).toBe('two');
		await tab.locator('#text').fill('another');
		await ask('1');
		await expect.poll(() => tab.title().catch(() => '')).toBe('one');
	});

	test('a page may see to it itself (C1.14)', async () => {
		const { one, table } = await twoTabs();
		await one.evaluate(`addEventListener('pulse:gone', (e) => { e.preventDefault(); window.told = true })`);
		table.retire('one');
		expect(await by(one, 'fetch')).toContain('stale affinity');
		await expect.poll(() => one.evaluate('window.told')).toBe(true);
		await new Promise((resolve) => setTimeout(resolve, 8_000));
		expect(await one.title()).toBe('one');
	});
});
