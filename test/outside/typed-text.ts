/**
 * Frameworks that were not made here keep their own idea of what a field holds: React with controlled fields (drawn in the
 * browser, late, and hydrated) and Vue with `v-model`, in Chromium and Firefox. What was typed into a page is there again
 * after it was loaded anew, on the screen and in the framework's own state; a page of Express that posts a form stays whole.
 * Needs npm's registry and the two browsers. `npm run build && jiti test/outside/typed-text.ts`
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import type { Browser } from 'playwright-core';
import {
	App,
	type ListenOptions,
	PLUGIN_BRAND,
	type Plugin,
	type RenderSession,
} from '../../packages/pulse-app/src/index.ts';
import { chromiumMissing, launchChromium } from '../../packages/pulse-app/src/testing/chromium.ts';
import { firefoxMissing, launchFirefox } from '../../packages/pulse-app/src/testing/firefox.ts';
import { ROOT } from '../repository/source-files.ts';
import { until } from '../support/until.ts';
import { Verdict } from './fresh-stack.ts';

const noRegistry = spawnSync('npm', ['ping']).status === 0 ? null : "npm's registry cannot be reached";
const reason = chromiumMissing() ?? firefoxMissing() ?? noRegistry;
if (reason !== null) {
	process.stdout.write(`Skipped: ${reason}.\n`);
	process.exit(0);
}

const FORM = `const Form = () => {
	const [text, setText] = useState('');
	const [name, setName] = useState('Ann');
	const [secret, setSecret] = useState('');
	return createElement('main', null,
		createElement('textarea', { id: 'text', value: text, onChange: (e) => setText(e.target.value) }),
		createElement('input', { name: 'who', value: name, onChange: (e) => setName(e.target.value) }),
		createElement('input', { id: 'secret', type: 'password', value: secret, onChange: (e) => setSecret(e.target.value) }),
		createElement('output', { id: 'state' }, [text, name, secret].join('|')));
};`;
const REACT = `import { createElement, useState } from 'react';\n${FORM}`;
/** What each page runs in the browser, besides `connect`. */
const PAGES: Readonly<Record<string, string>> = {
	'React in the browser': `${REACT} import { createRoot } from 'react-dom/client';
		createRoot(document.getElementById('app')).render(createElement(Form));`,
	'React, drawn late': `${REACT} import { createRoot } from 'react-dom/client';
		setTimeout(() => createRoot(document.getElementById('app')).render(createElement(Form)), 1500);`,
	'React, hydrated late': `${REACT} import { hydrateRoot } from 'react-dom/client';
		setTimeout(() => hydrateRoot(document.getElementById('app'), createElement(Form)), 1000);`,
	Vue: `import { createApp } from 'vue/dist/vue.esm-bundler.js';
		createApp({
			data: () => ({ text: '', name: 'Ann', secret: '' }),
			template: '<textarea id="text" v-model="text"/><input name="who" v-model="name">'
				+ '<input id="secret" type="password" v-model="secret"><output id="state">{{ text }}|{{ name }}|{{ secret }}</output>',
		}).mount('#app');`,
};
/** As React's server would draw it. */
const DRAWN = `<main><textarea id="text"></textarea><input name="who" value="Ann"/><input id="secret" type="password" value=""/><output id="state">|Ann|</output></main>`;

const SILENT = new Proxy({}, { get: () => () => {} }) as unknown as NonNullable<ListenOptions['logger']>;
const folder = mkdtempSync(join(tmpdir(), 'outside-typed-text-'));
const verdict = new Verdict();
const browsers: Record<string, Browser> = { Chromium: await launchChromium(), Firefox: await launchFirefox() };
let render: RenderSession | undefined;
let app: App | undefined;
try {
	writeFileSync(join(folder, 'package.json'), '{"private":true}');
	const made = spawnSync('npm', ['install', '--ignore-scripts', 'react', 'react-dom', 'vue'], { cwd: folder });
	if (made.status !== 0) throw new Error(String(made.stderr));
	const scripts = Object.values(PAGES).map((source, n) => {
		const [entry, outfile] = [join(folder, `page-${n}.js`), join(folder, `bundle-${n}.js`)];
		writeFileSync(entry, source);
		const args = [
			entry,
			'--bundle',
			'--format=esm',
			'--define:process.env.NODE_ENV="production"',
			`--outfile=${outfile}`,
		];
		const bundled = spawnSync(join(ROOT, 'node_modules/.bin/esbuild'), args, { encoding: 'utf8' });
		if (bundled.status !== 0) throw new Error(bundled.stderr);
		return readFileSync(outfile, 'utf8');
	});
	const server = express();
	server.get('/script/:n', (request, response) => void response.type('js').send(scripts[Number(request.params.n)]));
	server.get('/page/:n', (request, response) => page(response, Number(request.params.n)));
	server.get('/plain', (_request, response) => page(response, null));
	server.post('/plain', (_request, response) => page(response, null));
	const pinning: Plugin = {
		[PLUGIN_BRAND]: 1,
		name: 'pinning',
		onPrerender: (directives) => {
			directives.query.pulse_deployment = 'one';
		},
	};
	app = new App({
		listener: server,
		plugins: [pinning],
		render: (view) => {
			render = view.render;
			return null;
		},
	});
	const running = await app.listen({ port: 0, address: '127.0.0.1', logger: SILENT });
	const origin = `http://127.0.0.1:${running.port}`;
	for (const [name, browser] of Object.entries(browsers)) {
		for (const [n, what] of Object.keys(PAGES).entries()) {
			try {
				verdict.report(`${what} in ${name}`, 'a draft|Bob|', await overReload(browser, `${origin}/page/${n}`));
			} catch (error) {
				verdict.report(`${what} in ${name}`, 'a draft|Bob|', String(error));
			}
		}
		verdict.report(`Express in ${name}`, 'a draft', await plain(browser, `${origin}/plain`));
	}
	await running.close({ budgetMs: 0 });
} finally {
	for (const browser of Object.values(browsers)) await browser.close();
	rmSync(folder, { recursive: true, force: true });
}
verdict.close('Everything that was typed was there again.');

function page(response: ServerResponse, n: number | null): void {
	const { head, module } = (app as App).client;
	const drawn = n !== null && Object.keys(PAGES)[n]?.includes('hydrated') ? DRAWN : '';
	const body =
		n === null
			? '<form method="post" action="/plain"><textarea name="text"></textarea><button>Send</button></form>'
			: `<div id="app">${drawn}</div><script type="module" src="/script/${n}"></script>`;
	response.setHeader('content-type', 'text/html');
	response.setHeader('cache-control', 'no-store');
	response.end(`<!doctype html><html><head>${head}</head><body>${body}<script type="module">
		import { connect } from '${module}';
		connect({ onStatus: (status) => { window.status_ = status } });</script></body></html>`);
}

async function connected(browser: Browser, address: string) {
	const tab = await (await browser.newContext()).newPage();
	await tab.goto(address);
	await until('the page to be live', () => tab.evaluate('window.status_ === "connected"'));
	return tab;
}

/** What the framework says it holds after a reload in the middle of typing. */
async function overReload(browser: Browser, address: string): Promise<string | null> {
	const tab = await connected(browser, address);
	await tab.evaluate('window.before = true');
	await tab.locator('#text').waitFor();
	await new Promise((resolve) => setTimeout(resolve, 1_500));
	await tab.locator('#text').pressSequentially('a draft');
	await tab.locator('[name=who]').fill('Bob');
	await tab.locator('#secret').fill('hunter2');
	render?.send({ type: 'reload', within: 1 });
	await until('the page to be loaded anew', () => tab.evaluate('!window.before').catch(() => false));
	await new Promise((resolve) => setTimeout(resolve, 4_000));
	const shown = await tab.evaluate('[text.value, document.querySelector("[name=who]").value, secret.value].join("|")');
	const held = await tab.locator('#state').textContent();
	await tab.context().close();
	return shown === held ? held : `${shown} on the screen, ${held} in its state`;
}

/** A text that is sent does not come back; the next one does. */
async function plain(browser: Browser, address: string): Promise<string | null> {
	const tab = await connected(browser, address);
	await tab.locator('textarea').fill('sent');
	await tab.locator('button').click();
	await until('the page to be live again', () =>
		tab.evaluate('window.status_ === "connected" && !window.before').catch(() => false),
	);
	const after = await tab.locator('textarea').inputValue();
	if (after !== '' || tab.url() !== address) return `'${after}' at ${tab.url()}`;
	await tab.evaluate('window.before = true');
	await tab.locator('textarea').fill('a draft');
	render?.send({ type: 'reload', within: 1 });
	await until('the page to be loaded anew', () => tab.evaluate('!window.before').catch(() => false));
	await new Promise((resolve) => setTimeout(resolve, 1_000));
	const kept = await tab.locator('textarea').inputValue();
	await tab.context().close();
	return kept;
}
