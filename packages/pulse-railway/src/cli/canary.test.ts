import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumMissing, launchChromium } from '../../../pulse-app/src/testing/chromium.ts';
import { firefoxMissing, launchFirefox } from '../../../pulse-app/src/testing/firefox.ts';
import { ask, DOCUMENT } from '../../../pulse-edge/src/testing/ask.ts';
import { eventually } from '../../../pulse-edge/src/testing/eventually.ts';
import type { LocalPlatform } from '../local.ts';
import { appFolder } from './testing/app-folder.ts';
import { expecting, pulseRailway } from './testing/run.ts';
import { initShop, startPlatform } from './testing/shop.ts';

/** One stack lives through a rollout that is taken back, one that is overtaken, one that fails, and one that becomes active. */
let app: Awaited<ReturnType<typeof appFolder>>;
let platform: LocalPlatform;
let env: Record<string, string>;
let port: number;

const APP = `import { App } from 'pulse-app';
import { RailwayPlugin } from 'pulse-railway';
export const app = new App({
	plugins: [new RailwayPlugin({ deploymentName: 'shop' })],
	listener: (request, response) => {
		if (request.url === '/cart' && process.env.BROKEN_CART) response.statusCode = 500;
		if (request.url !== '/live') return response.end(process.env.PULSE_DEPLOYMENT_ID);
		const { head, module } = app.client;
		response.setHeader('content-type', 'text/html').setHeader('cache-control', 'no-store');
		response.end(\`<!doctype html>\${head}<title>\${process.env.PULSE_DEPLOYMENT_ID}</title>
			<script type="module">import { connect } from '\${module}';
				connect({ onStatus: (status) => { document.body.textContent = status; } });</script><body></body>\`);
	},
});
`;

beforeAll(async () => {
	app = await appFolder();
	await writeFile(join(app.dir, 'app.ts'), APP);
	await writeFile(join(app.dir, '.railwayignore'), '.platform\n');
	({ platform, env } = await startPlatform(app.dir));
	port = Number(new URL(await initShop(app.dir, env)).port);
}, 120_000);
afterAll(async () => {
	await platform?.close();
	await app?.dispose();
}, 60_000);

const run = (...args: string[]) => pulseRailway(args, { cwd: app.dir, env });
const { done, refused } = expecting(run);
const deploy = (id: string, ...args: string[]) => done('deploy', 'app.ts', '--deployment-id', id, ...args);

const planOf = async (id: string, ...args: string[]) =>
	(
		await done<{ plan: { facts: string[]; steps: { title: string; commit_point: boolean }[] } }>(
			...['deploy', 'app.ts', '--deployment-id', id, '--dry-run', ...args],
		)
	).plan;

interface Status {
	readonly active_deployment: string;
	readonly durable_active_deployment: string;
	readonly canary: {
		deployment_id: string;
		percent: number;
		requests: number;
		active_requests: number;
		failures: number;
		active_failures: number;
	} | null;
	readonly deployments: { deployment_id: string; state: string; recalled: boolean }[];
}
const status = () => done<Status>('status');
const states = ({ deployments }: Status) =>
	Object.fromEntries(deployments.map(({ deployment_id, state }) => [deployment_id, state]));

/** A browser: keeps its cookies, and each page says which version it got. */
class Browser {
	readonly #name: string;
	#cookies = new Map<string, string>();

	constructor(name: string) {
		this.#name = name;
	}

	async open(path = '/'): Promise<string> {
		const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
		const { headers } = await ask(port, path, {
			headers: { host: `127.0.0.1:${port}`, ...DOCUMENT, 'user-agent': this.#name, cookie },
		});
		for (const line of headers['set-cookie'] ?? []) {
			const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
			this.#cookies.set(name, value);
		}
		return String(headers['x-pulse-selected-deployment']);
	}
}
const browsers = (count: number, name: string) =>
	Array.from({ length: count }, (_, at) => new Browser(`${name} ${at}`));
const openAll = (all: readonly Browser[], path?: string) => Promise.all(all.map((one) => one.open(path)));

/** Visitors in a real browser, whose pages throw an error, until both versions were counted for one. */
async function pagesThatFail(): Promise<void> {
	const launch = firefoxMissing() === null ? launchFirefox : chromiumMissing() === null ? launchChromium : null;
	if (launch === null) return;
	const browser = await launch();
	try {
		let visitors = 0;
		const fails = async () => {
			const context = await browser.newContext({ userAgent: `Visitor ${visitors++}` });
			const page = await context.newPage();
			await page.goto(`http://127.0.0.1:${port}/live`);
			await eventually(async () => (await page.textContent('body')) === 'connected');
			await page.evaluate(`setTimeout(() => { throw new Error('broken'); })`);
		};
		// Who fails before the router knows that both versions tell is not counted.
		for (let round = 0; round < 16; round++) {
			await Promise.all([1, 2, 3, 4].map(fails));
			const { canary } = await status();
			if (canary !== null && canary.failures > 0 && canary.active_failures > 0) return;
		}
		throw new Error(`not counted: ${JSON.stringify((await status()).canary)}`);
	} finally {
		await browser.close();
	}
}

it('the first deployment of a stack is no canary, and nothing is built for it (R8.8)', async () => {
	const { message, next } = await refused('deploy', 'app.ts', '--canary', '5%');
	expect([message, next]).toEqual([
		'nothing is active yet, beside which a canary could run',
		'Leave --canary out: pulse-railway deploy',
	]);
}, 120_000);

it('a canary gets its share of new visitors, over reloads and tabs, is widened, and taken back by a rollback (R8.8)', async () => {
	await deploy('one');
	const { facts, steps } = await planOf('two', '--canary', '50%,100%', '--every', '1h');
	expect(facts).toContain(
		'A canary: 50 % of new visitors, then 100 %; each for 1h at least. one stays active, and whoever has a page keeps it',
	);
	expect(steps.filter(({ commit_point }) => commit_point)).toMatchObject([
		{ title: 'Send 50 % of new visitors to two' },
	]);
	expect(await deploy('two', '--canary', '50%')).toMatchObject({ canary_percent: 50, previous_deployment_id: 'one' });

	const seen = await status();
	expect(states(seen)).toEqual({ one: 'active', two: 'canary' });
	expect(seen).toMatchObject({ active_deployment: 'one', durable_active_deployment: 'one' });
	expect(seen.canary).toMatchObject({ deployment_id: 'two', percent: 50 });

	const visitors = browsers(24, 'Firefox');
	const first = await openAll(visitors);
	expect(new Set(first)).toEqual(new Set(['one', 'two']));
	expect(await openAll(visitors)).toEqual(first);
	expect(await openAll(visitors, '/another')).toEqual(first);

	await pagesThatFail();

	expect(await done('promote', 'two', '--to', '90%')).toMatchObject({ deployment_id: 'two', canary_percent: 90 });
	await eventually(
		async () => (await openAll(browsers(10, `Chrome ${Date.now()}`))).filter((id) => id === 'two').length > 6,
	);
	expect(await openAll(visitors)).toEqual(first);
	expect(await refused('promote', 'two', '--to', '10%')).toMatchObject({ code: 'canary-share' });
	expect(await refused('delete', '--deployment-id', 'two')).toMatchObject({ code: 'canary-runs' });

	expect(await done('rollback')).toMatchObject({ deployment_id: 'one', ended_canary: 'two' });
	await eventually(async () => (await openAll(visitors)).every((id) => id === 'one'));
	// A page that is open stays: it names its version.
	const { headers } = await ask(port, '/?pulse_deployment=two', { headers: { host: `127.0.0.1:${port}` } });
	expect(headers['x-pulse-selected-deployment']).toBe('two');
	expect(states(await status())).toEqual({ one: 'active', two: 'draining' });
}, 240_000);

it('a canary that fails is halted by the router, and its visitors are recalled; an older one is no way back (R8.8)', async () => {
	await deploy('three', '--canary', '50%', '--env', 'BROKEN_CART=1');
	for (let round = 0; round < 60; round++) {
		if (!(await openAll(browsers(40, `Visitor ${round}`), '/cart')).includes('three')) break;
	}
	expect((await status()).canary).toBeNull();
	const { deployments } = await status();
	expect(deployments.find(({ deployment_id }) => deployment_id === 'three')).toMatchObject({
		state: 'draining',
		recalled: true,
	});
	const { entries } = await done<{ entries: { event: string; by: string | null; reason: string }[] }>(
		'history',
		'three',
	);
	expect(entries.map(({ event }) => event)).toEqual(['recalled', 'halted', 'canary']);
	expect(entries[1]).toMatchObject({ by: 'the router' });
	expect(entries[1]?.reason).toMatch(/^\d+ of \d+ requests failed, beside it 0 of \d+$/);
	expect((await run('history')).stdout).toContain('canary     three (50 % of new visitors)');
	expect(new Set(await openAll(browsers(10, 'Afterwards')))).toEqual(new Set(['one']));
	expect((await refused('rollback')).message).toContain('there is no earlier deployment to roll back to');
}, 120_000);

it('another deploy ends it and says so, and a canary that is promoted is active as any (R8.8)', async () => {
	await deploy('four', '--canary', '10%');
	expect((await planOf('five')).facts.join('\n')).toContain('Ends the canary four (10 % of new visitors)');
	await deploy('five', '--canary', '20%');
	expect(states(await status())).toMatchObject({ one: 'active', four: 'draining', five: 'canary' });
	expect(await done('promote', 'five')).toMatchObject({
		deployment_id: 'five',
		canary_percent: null,
		ended_canary: null,
	});
	const after = await status();
	expect(after).toMatchObject({ active_deployment: 'five', durable_active_deployment: 'five', canary: null });
	expect(await done('rollback')).toMatchObject({
		deployment_id: 'one',
		previous_deployment_id: 'five',
		ended_canary: null,
	});
}, 120_000);
