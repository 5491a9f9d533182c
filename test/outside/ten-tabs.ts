/**
 * Ten tabs of real Chromium and Firefox, side by side, click and type through five deploys, a rollback, a recall and janitor
 * runs on the local platform, by the commands that users type. Counted: page errors, failed requests, counter increments that
 * were answered and are not in the session, loads of a page whose user had something unsaved, characters that were typed and
 * are not there when they are sent, and tabs that are not on the newest version at the end. Needs both browsers.
 *
 *     npm run build && npx jiti test/outside/ten-tabs.ts [seconds between the operator's steps, 20]
 */
import { copyFileSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { chromiumMissing, launchChromium } from '../../packages/pulse-app/src/testing/chromium.ts';
import { firefoxMissing, launchFirefox } from '../../packages/pulse-app/src/testing/firefox.ts';
import { ROOT } from '../repository/source-files.ts';
import { jsonOf } from '../support/command.ts';
import { type DeployAnswer, LocalStack } from '../support/local-stack.ts';
import { until } from '../support/until.ts';
import { Verdict } from './fresh-stack.ts';

const reason = chromiumMissing() ?? firefoxMissing();
if (reason !== null) {
	process.stdout.write(`Skipped: ${reason}.\n`);
	process.exit(0);
}
const TABS = 5;
const BETWEEN_MS = Number(process.argv[2] ?? 20) * 1_000;

const APP = `import { App } from 'pulse-app';
import { RailwayPlugin, RailwaySessionStore } from 'pulse-railway';

const deployment = process.env.PULSE_DEPLOYMENT_ID ?? '';
const app = new App({
	plugins: [new RailwayPlugin({ deploymentName: 'tabs' })],
	sessionStore: new RailwaySessionStore(),
	channels: {
		visitor: (channel) => {
			const { session } = channel.render;
			channel.on('increment', (tab) => session.update(String(tab), (before) => Number(before ?? 0) + 1));
			channel.on('read', (tab) => session.get(String(tab)));
		},
	},
	listener: (request, response) => {
		const path = request.url.split('?', 1)[0];
		if (path === '/who') return response.end(deployment);
		if (path === '/note') {
			let text = '';
			request.setEncoding('utf8').on('data', (piece) => { text += piece; }).on('end', () => response.end(text));
			return;
		}
		response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
		response.end('<!doctype html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,">' + app.client.head +
			'</head><body data-deployment="' + deployment + '"><textarea id="text"></textarea><button id="add">add</button><button id="send">send</button>' +
			'<script type="module">import { connect } from "' + app.client.module + '";' + PAGE + '</script></body></html>');
	},
});
export default app;

const PAGE = ${JSON.stringify(`
	const pulse = await connect({ onStatus: (status) => { document.body.dataset.status = status } });
	const channel = pulse.channel('visitor');
	const text = document.getElementById('text');
	const tab = sessionStorage.tab ??= crypto.randomUUID();
	sessionStorage.loads = Number(sessionStorage.loads ?? 0) + 1;
	addEventListener('pagehide', () => { if (text.value !== '') sessionStorage.harmed = Number(sessionStorage.harmed ?? 0) + 1 });
	document.getElementById('add').onclick = async () => {
		const count = await channel.request('increment', tab);
		sessionStorage.answered = Number(sessionStorage.answered ?? 0) + 1;
		document.body.dataset.count = count;
	};
	window.read = () => channel.request('read', tab);
	// Sent, and no longer unsaved.
	document.getElementById('send').onclick = async () => {
		sessionStorage.sent = await (await fetch('/note', { method: 'POST', body: text.value })).text();
		text.value = '';
		text.blur();
		sessionStorage.notes = Number(sessionStorage.notes ?? 0) + 1;
	};
	window.who = async () => (await fetch('/who')).text();
`)};
`;

const verdict = new Verdict();
const sum = { increments: 0, characters: 0, sent: 0, loads: 0, foreign: 0, errors: 0, failed: 0, lost: 0, harmed: 0 };
const faults: string[] = [];
const told = (what: string) => {
	if (faults.length < 20) faults.push(what);
};

/** A person at a tab: clicks, writes in bursts, sends what was written, and looks elsewhere for a while. */
class Visitor {
	readonly #page: Page;
	readonly #name: string;
	#typed = '';
	#clicked = 0;
	#notes = 0;

	private constructor(page: Page, name: string) {
		this.#page = page;
		this.#name = name;
		page.on('pageerror', (error) => this.#fault('errors', `page error: ${error.message}`));
		page.on('requestfailed', (request) => {
			// A page that goes takes its open socket with it, which is no fault.
			if (request.url().includes('/socket.io/')) return;
			this.#fault('failed', `failed: ${request.method()} ${request.url()} ${request.failure()?.errorText}`);
		});
		page.on('response', (response) => {
			if (response.status() >= 400) this.#fault('failed', `${response.status()} ${response.url()}`);
		});
	}

	static async open(browser: Browser, origin: string, name: string): Promise<Visitor> {
		const context = await browser.newContext();
		const visitor = new Visitor(await context.newPage(), name);
		await visitor.#page.goto(origin);
		return visitor;
	}

	async live(ended: () => boolean): Promise<void> {
		while (!ended()) {
			const what = Math.random();
			if (what < 0.4) await this.#add();
			else if (what < 0.7) await this.#type();
			else if (what < 0.8) await this.#ask();
			else if (what < 0.9) await this.#send();
			else {
				await this.#send();
				await delay(7_000);
			}
			await delay(100 + Math.random() * 900);
		}
		await this.#send();
	}

	async #add(): Promise<void> {
		await this.#ready();
		await this.#page.click('#add');
		this.#clicked++;
		await this.#page.waitForFunction(`Number(sessionStorage.answered ?? 0) >= ${this.#clicked}`, null, {
			timeout: 20_000,
		});
	}

	async #type(): Promise<void> {
		const word = `${Math.random().toString(36).slice(2)} `;
		await this.#ready();
		await this.#page.focus('#text');
		await this.#page.keyboard.press('End');
		await this.#page.keyboard.type(word, { delay: 30 });
		this.#typed += word;
		sum.characters += word.length;
	}

	async #send(): Promise<void> {
		await this.#ready();
		await this.#page.click('#send');
		this.#notes++;
		await this.#page.waitForFunction(`Number(sessionStorage.notes ?? 0) >= ${this.#notes}`, null, { timeout: 20_000 });
		const sent = await this.#page.evaluate<string>('sessionStorage.sent');
		if (sent !== this.#typed) {
			sum.lost += this.#typed.length;
			told(`${this.#name}: typed ${JSON.stringify(this.#typed)}, sent ${JSON.stringify(sent)}`);
		}
		this.#typed = '';
		sum.sent++;
	}

	/** By the page's own `fetch`, which knows nothing of Pulse. */
	async #ask(): Promise<void> {
		await this.#ready();
		const { who, of } = await this.#page.evaluate<{ who: string; of: string }>(
			'who().then((who) => ({ who, of: document.body.dataset.deployment }))',
		);
		if (who !== of) this.#fault('foreign', `a page of ${of} was answered by ${who}`);
	}

	/** A person waits for a page that loads; meanwhile nothing is typed or clicked. */
	#ready(): Promise<unknown> {
		return this.#page.waitForFunction("document.body?.dataset.status === 'connected' && 'who' in window", null, {
			timeout: 30_000,
		});
	}

	deployment(): Promise<string> {
		return this.#page.evaluate('document.body.dataset.deployment');
	}

	async settle(): Promise<void> {
		await this.#ready();
		const { loads, harmed, answered, read } = await this.#page.evaluate<Record<string, number>>(
			'read().then((read) => ({ ...sessionStorage, read }))',
		);
		sum.loads += Number(loads) - 1;
		sum.harmed += Number(harmed ?? 0);
		sum.increments += Number(answered ?? 0);
		if (Number(answered ?? 0) !== this.#clicked || Number(read ?? 0) !== this.#clicked) {
			sum.lost++;
			told(`${this.#name}: clicked ${this.#clicked}, answered ${answered}, the session has ${read}`);
		}
	}

	#fault(kind: 'errors' | 'failed' | 'foreign', what: string): void {
		sum[kind]++;
		told(`${this.#name}: ${what}`);
	}
}

const folder = mkdtempSync(join(tmpdir(), 'pulse-ten-tabs-'));
writeFileSync(join(folder, 'app.ts'), APP);
for (const file of ['package.json', 'Dockerfile'])
	copyFileSync(join(ROOT, 'examples/counter', file), join(folder, file));
symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
const stack = await LocalStack.up();
const browsers = await Promise.all([launchChromium(), launchFirefox()]);
const here = () => ({ ...stack.options, cwd: folder });
const run = (...args: string[]) => jsonOf<Record<string, unknown>>(args, here());
const deploy = async (id: string) => {
	const { deployment_id } = await jsonOf<DeployAnswer>(
		['deploy', '--app-file', 'app.ts', '--deployment-id', id, '--yes'],
		here(),
	);
	process.stdout.write(`${deployment_id} is active\n`);
	return deployment_id;
};
try {
	const init = await run('init', '--app-file', 'app.ts', '--yes');
	stack.target = {
		RAILWAY_PROJECT_ID: String(init.project_id),
		RAILWAY_ENVIRONMENT_ID: String(init.environment_id),
	};
	const origin = String(init.server_address);
	await deploy('one');
	const visitors = await Promise.all(
		browsers.flatMap((browser, which) =>
			Array.from({ length: TABS }, (_, at) => Visitor.open(browser, origin, `${['Chromium', 'Firefox'][which]} ${at}`)),
		),
	);
	let over = false;
	const lives = Promise.all(visitors.map((visitor) => visitor.live(() => over)));
	const failed = lives.then(
		() => new Promise<never>(() => {}),
		(error: unknown) => Promise.reject(error),
	);
	const steps: (() => Promise<unknown>)[] = [
		() => deploy('two'),
		() => stack.runJanitor(),
		() => deploy('three'),
		() => run('rollback', '--yes'),
		() => deploy('four'),
		() => run('recall', 'four', '--yes'),
		() => stack.runJanitor(),
		() => deploy('five'),
		() => deploy('six'),
	];
	for (const step of steps) {
		await Promise.race([step(), failed]);
		await Promise.race([delay(BETWEEN_MS), failed]);
	}
	const old = (await stack.status()).deployments.filter(({ deployment_id }) => deployment_id !== 'six');
	for (const { deployment_id } of old) await Promise.race([run('recall', deployment_id, '--yes'), failed]);
	await Promise.race([
		failed,
		until(
			'every tab to be on the newest version',
			async () =>
				(await Promise.all(visitors.map((visitor) => visitor.deployment().catch(() => '')))).every(
					(id) => id === 'six',
				),
			240_000,
		).catch((error: Error) => told(error.message)),
	]);
	over = true;
	await lives;
	for (const visitor of visitors) await visitor.settle();
	const { increments, characters, sent, loads, ...wrong } = sum;
	process.stdout.write(
		`${visitors.length} tabs, ${increments} increments, ${characters} characters in ${sent} notes, ${loads} loads anew\n`,
	);
	for (const [what, count] of Object.entries(wrong)) verdict.report(what, '0', String(count));
	const ids = await Promise.all(visitors.map((visitor) => visitor.deployment()));
	verdict.report('tabs on the newest version', '10', String(ids.filter((id) => id === 'six').length));
} catch (error) {
	verdict.report('the run', 'ends', error instanceof Error ? error.message : String(error));
} finally {
	for (const fault of faults) process.stdout.write(`  ${fault}\n`);
	for (const browser of browsers) await browser.close();
	await stack.down();
	rmSync(folder, { recursive: true, force: true });
}
verdict.close('Nobody noticed.');
