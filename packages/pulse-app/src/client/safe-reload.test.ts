import type { Page } from 'playwright-core';
import { expect, it, vi } from 'vitest';
import type { RenderSession } from '../render/render-session.ts';
import { inEachBrowser } from '../testing/browsers.ts';
import { type LiveOptions, live, status } from '../testing/live-page.ts';
import { tabs } from '../testing/tabs.ts';

const BODY = `<form id="form">
		<input id="name" name="name" value="Ann"><input id="box" type="checkbox"><input id="file" type="file">
		<select id="choice"><option>a<option>b</select><input id="password" type="password"><button id="send">Send</button>
	</form>
	<input id="switch" type="checkbox"><input id="card" autocomplete="cc-number"><input id="code" autocomplete="one-time-code">
	<div data-pulse-keep="off"><input id="secret"></div><p id="rich" contenteditable></p><textarea id="text"></textarea>
	<script>form.onsubmit = (event) => event.preventDefault(); text.oninput = () => { window.heard = text.value };</script>`;

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** `npm test` compiles first; the pages below load the compiled client. */
inEachBrowser('a page that is to be loaded anew', (browser) => {
	const { connected } = tabs(browser);

	async function page(options: LiveOptions = {}, script = '') {
		let render: RenderSession | undefined;
		const app = await live({
			body: BODY,
			...options,
			render: (view) => {
				render = view.render;
				return null;
			},
		});
		const tab = await connected(app.url, script);
		const reload = (within?: number) => render?.send({ type: 'reload', ...(within === undefined ? {} : { within }) });
		return { ...app, tab, reload, state: () => stateOf(tab), render: () => render as RenderSession };
	}
	const stateOf = (tab: Page) =>
		tab.evaluate(`(({ state, reason }) => (state + ' ' + reason).trim())(window[Symbol.for('pulse.tab')].state())`);
	const blur = (tab: Page) => tab.evaluate('document.activeElement.blur()');

	it('sees what its user would lose, and when it is sent or taken back', async () => {
		const { tab, state } = await page();
		await tab.locator('#switch').check();
		expect(await state()).toBe('visible');
		const steps: [string, () => Promise<unknown>, () => Promise<unknown>][] = [
			['text', () => tab.locator('#text').fill('a draft'), () => tab.locator('#text').fill('')],
			['a field', () => tab.locator('#name').fill('Bob'), () => tab.locator('#name').fill('Ann')],
			['what is editable', () => tab.locator('#rich').fill('x'), () => tab.locator('#rich').fill('')],
			['a box', () => tab.locator('#box').check(), () => tab.evaluate('form.reset()')],
			['a choice', () => tab.locator('#choice').selectOption('b'), () => tab.evaluate('form.reset()')],
			[
				'a file',
				() => tab.locator('#file').setInputFiles({ name: 'a', mimeType: 'text/plain', buffer: Buffer.from('a') }),
				() => tab.evaluate('form.reset()'),
			],
			['a form', () => tab.locator('#name').fill('Bob'), () => tab.evaluate('form.requestSubmit()')],
		];
		for (const [what, change, undo] of steps) {
			await change();
			await blur(tab);
			expect([what, await state()]).toEqual([what, 'busy input']);
			await undo();
			await blur(tab);
			expect([what, await state()]).toEqual([what, 'visible']);
		}
		await tab.locator('#name').click();
		expect(await state()).toBe('busy focus');
		await blur(tab);
		await tab.evaluate(`{
			const wave = new Uint8Array(44 + 80_000).fill(128);
			const head = 'RIFF....WAVEfmt ' + '.'.repeat(20) + 'data....';
			wave.set([...head].map((c) => c.charCodeAt(0)));
			const view = new DataView(wave.buffer);
			[[4, 80_036], [16, 16], [24, 8_000], [28, 8_000], [40, 80_000]].forEach(([at, value]) => view.setUint32(at, value, true));
			[[20, 1], [22, 1], [32, 1], [34, 8]].forEach(([at, value]) => view.setUint16(at, value, true));
			window.audio = new Audio(URL.createObjectURL(new Blob([wave], { type: 'audio/wav' })));
			audio.muted = true;
			document.body.append(audio);
			audio.play();
		}`);
		expect(await state()).toBe('busy media');
		await tab.evaluate('audio.pause()');
		await tab.evaluate(`{
			const canvas = document.createElement('canvas');
			canvas.getContext('2d');
			window.calls = [new RTCPeerConnection(), new RTCPeerConnection()];
			calls.forEach((call, n) => { call.onicecandidate = ({ candidate }) => calls[1 - n].addIceCandidate(candidate) });
			calls[0].addTrack(canvas.captureStream().getVideoTracks()[0]);
			calls[0].setLocalDescription()
				.then(() => calls[1].setRemoteDescription(calls[0].localDescription))
				.then(() => calls[1].setLocalDescription())
				.then(() => calls[0].setRemoteDescription(calls[1].localDescription));
		}`);
		await expect.poll(state).toBe('busy call');
		await tab.evaluate('calls.forEach((call) => call.close())');
		expect(await state()).toBe('visible');
	});

	it('waits for what it is told to, for uploads and for requests of channels', async () => {
		let answer = () => {};
		const { tab, state, reload, loads } = await page({
			intercept: (request, response) => {
				if (!request.url?.startsWith('/upload')) return false;
				answer = () => response.end('ok');
				return true;
			},
			channels: {
				slow: (channel) => {
					const held = (resolve: (value: number) => void) => {
						answer = () => resolve(1);
					};
					channel.on('ask', () => new Promise(held));
				},
			},
		});
		const waits = async (reason: string, begin: string) => {
			await tab.evaluate(`void (${begin})`);
			await expect.poll(state).toBe(reason);
		};
		for (const begin of [
			`pulse.fetch('/upload', { method: 'POST', body: 'x' })`,
			`fetch('/upload', { method: 'POST', body: 'x' })`,
			`((xhr) => { xhr.open('POST', '/upload'); xhr.send('x'); })(new XMLHttpRequest())`,
			`pulse.channel('slow').request('ask')`,
		]) {
			answer = () => {};
			await waits('busy request', begin);
			await expect.poll(() => String(answer)).toMatch(/response|resolve/);
			answer();
			await expect.poll(state).toBe('visible');
		}
		await waits('held drawing', `window.release = pulse.hold('drawing')`);
		reload();
		await new Promise((resolve) => setTimeout(resolve, 1_500));
		expect([loads(), await state()]).toEqual([1, 'held drawing']);
		await tab.evaluate('release()');
		await expect.poll(loads).toBe(2);
		await expect.poll(state).toBe('visible');
	});

	it('is loaded anew when its user has stopped and nothing is unsaved', async () => {
		const { tab, reload, loads } = await page();
		await tab.locator('#text').fill('a draft');
		reload();
		await tab.locator('#text').fill('');
		await blur(tab);
		expect([loads(), await status(tab)]).toEqual([1, 'connected']);
		await expect.poll(loads).toBe(2);
	});

	it('is loaded when the time is over that the server gives, and what was typed is put back, but for secrets', async () => {
		const { tab, reload, loads } = await page();
		for (const field of ['text', 'rich', 'name', 'password', 'card', 'code', 'secret'])
			await tab.locator(`#${field}`).fill(`in ${field}`);
		reload(1);
		await expect.poll(loads).toBe(2);
		const values = `[text.value, rich.textContent, name_.value, password.value, card.value, code.value, secret.value, window.heard]`;
		await expect
			.poll(() =>
				tab.evaluate(`(() => { const name_ = document.getElementById('name'); return ${values} })()`).catch(() => []),
			)
			.toEqual(['in text', 'in rich', 'in name', '', '', '', '', 'in text']);
		expect(await stateOf(tab)).toBe('busy input');
		expect(await tab.evaluate('sessionStorage.__PULSE_TEXT')).toBeUndefined();
		// Also over a reload by hand, as after a tunnel.
		await tab.reload();
		await expect.poll(() => tab.evaluate('text.value').catch(() => '')).toBe('in text');
		// Another address has none of it.
		await tab.goto(`${new URL(tab.url()).origin}/page?other`);
		await expect.poll(() => status(tab)).toBe('connected');
		expect(await tab.evaluate('text.value')).toBe('');
	});

	it('asks its user where it can, and does what they say', async () => {
		const { tab, reload, loads, render } = await page({
			connect: `onUpdate: (update) => { window.update = update; import('/_pulse/client/banner.js').then(({ banner }) => banner()(update)) }`,
		});
		reload(600);
		const line = tab.getByRole('status');
		await expect
			.poll(() => line.textContent({ timeout: 500 }).catch(() => ''))
			.toMatch(/new version of this page\. It is loaded at/);
		expect(await tab.evaluate('update.deadline - Date.now() > 590_000')).toBe(true);
		await line.getByRole('button', { name: 'Later' }).press('Escape');
		await expect.poll(() => line.count()).toBe(0);
		expect(loads()).toBe(1);
		render().send({ type: 'reload', within: 0 });
		await expect.poll(loads).toBe(2);
		await expect.poll(() => status(tab)).toBe('connected');
		await tab.locator('#text').fill('a draft');
		reload(600);
		await line.getByRole('button', { name: 'Reload' }).click();
		await expect.poll(loads).toBe(3);
		await expect.poll(() => tab.evaluate('text.value').catch(() => '')).toBe('a draft');
	});

	it('stays where what it was told is taken back, and says so to its user and its server', async () => {
		const { tab, running, loads } = await page({
			connect: `onUpdate: (update) => { window.update = update; import('/_pulse/client/banner.js').then(({ banner }) => banner()(update)) }`,
		});
		await tab.locator('#text').fill('a draft');
		running.reloadWithin(600);
		const line = tab.getByRole('status');
		await expect.poll(() => line.count()).toBe(1);
		await expect.poll(() => running.pages()).toMatchObject({ held: 1 });
		expect(running.takeBackReload()).toBe(1);
		await expect.poll(() => line.count()).toBe(0);
		await expect.poll(() => running.pages()).toMatchObject({ held: 0, busy: 1 });
		await tab.locator('#text').fill('');
		await blur(tab);
		// Idle for longer than a page that is to be loaded anew.
		await new Promise((resolve) => setTimeout(resolve, 7_000));
		expect([loads(), await status(tab)]).toEqual([1, 'connected']);
	});

	it('tells a server that knows of it what it is doing, and what becomes of a reload', async () => {
		const { tab, reload } = await page(
			{},
			`{
				const { send } = WebSocket.prototype;
				WebSocket.prototype.send = function (frame) {
					const said = /"(?:presence|reload_state)"/.test(frame) && JSON.parse(frame.replace(/^\\d+/, ''))[1][1];
					if (said) sessionStorage.said = JSON.stringify([...JSON.parse(sessionStorage.said ?? '[]'), said]);
					return send.call(this, frame);
				};
			}`,
		);
		const said = () =>
			tab.evaluate(`JSON.parse(sessionStorage.said ?? '[]').map(({ type, ...rest }) => Object.values(rest).join(' '))`);
		await expect.poll(said).toEqual(['visible']);
		await tab.evaluate(`window.release = pulse.hold('drawing')`);
		await expect.poll(said).toEqual(['visible', 'held drawing']);
		reload();
		await expect.poll(said).toEqual(['visible', 'held drawing', 'held drawing']);
		await tab.evaluate('release()');
		await expect.poll(said).toEqual(expect.arrayContaining(['now']));
	});
});
