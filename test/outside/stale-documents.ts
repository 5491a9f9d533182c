/**
 * Real browsers at the router: where a link with the pin of a deployment that is gone leads them, and what they show where
 * the router itself has to say something. Needs `chromium` or `firefox-esr`; each that is missing is named.
 * `jiti test/outside/stale-documents.ts [folder for screenshots]`
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouter } from '../../packages/pulse-railway/src/router/server.ts';
import { silentLog } from '../../packages/pulse-railway/src/router/testing/silent-log.ts';
import { openStore } from '../../packages/pulse-railway/src/stores/open.ts';

const shots = process.argv[2] ?? mkdtempSync(join(tmpdir(), 'stale-documents-'));
mkdirSync(shots, { recursive: true });

/** Each ends when its screenshot is written, which is after the page has loaded. */
const BROWSERS = {
	chromium: (url: string, shot: string, profile: string) => [
		'--headless=new',
		'--no-sandbox',
		'--disable-gpu',
		`--user-data-dir=${profile}`,
		'--window-size=900,600',
		'--virtual-time-budget=3000',
		`--screenshot=${shot}`,
		url,
	],
	'firefox-esr': (url: string, shot: string, profile: string) => [
		'--headless',
		'--no-remote',
		'--profile',
		profile,
		'--window-size',
		'900,600',
		'--screenshot',
		shot,
		url,
	],
};

const seen: string[] = [];
const app = createServer((request, response) => {
	if (request.url!.includes('favicon')) return response.writeHead(404).end();
	if (!request.url!.startsWith('/at')) seen.push(`${request.method} ${request.url}`);
	else seen.push(`address bar: ${decodeURIComponent(request.url!.slice(4))}`);
	response.setHeader('content-type', 'text/html');
	response.end(
		'<h1>newest version</h1><script>fetch("/at?" + encodeURIComponent(location.href.slice(location.origin.length)))</script>',
	);
	return response;
});
const started = <T extends { listen: unknown }>(server: T & ReturnType<typeof createServer>) =>
	new Promise<number>((done) => server.listen(0, '127.0.0.1', () => done((server.address() as AddressInfo).port)));
const appPort = await started(app);

async function routerFor(active: string | null) {
	const store = await openStore('memory:', { prefix: 'judge' });
	if (active !== null) await store.promote(active, active);
	const network = { address: () => ({ host: '127.0.0.1', port: appPort }), refresh: () => false };
	const router = createRouter({ store, network, log: silentLog });
	const { port } = await router.listen({ port: 0, host: '127.0.0.1' });
	return { port, close: () => router.close({ budgetMs: 0 }).then(() => store.close()) };
}

const running = await routerFor('v2');
const empty = await routerFor(null);
const CASES = [
	{
		name: 'stale link',
		port: running.port,
		target: '/app?a=%41+b&pulse_deployment=gone&c#part',
		lands: '/app?a=%41+b&c#part',
	},
	{ name: 'two slashes', port: running.port, target: '//evil.test/x?pulse_deployment=gone', lands: '//evil.test/x' },
	{ name: 'nothing active', port: empty.port, target: '/', lands: null },
];
let wrong = 0;
for (const [browser, args] of Object.entries(BROWSERS)) {
	if (spawnSync(browser, ['--version']).status !== 0) {
		process.stdout.write(`${browser}: skipped, it is not on this machine.\n`);
		continue;
	}
	for (const { name, port, target, lands } of CASES) {
		seen.length = 0;
		const profile = mkdtempSync(join(tmpdir(), 'judge-'));
		const shot = join(shots, `${browser}-${name.replaceAll(' ', '-')}.png`);
		const child = spawn(browser, args(`http://127.0.0.1:${port}${target}`, shot, profile), {
			stdio: 'ignore',
			env: { ...process.env, HOME: profile },
		});
		const timer = setTimeout(() => child.kill('SIGKILL'), 60_000);
		await new Promise((done) => child.on('close', done));
		clearTimeout(timer);
		rmSync(profile, { recursive: true, force: true });
		const right = lands === null ? seen.length === 0 : seen.includes(`address bar: ${lands}`);
		if (!right) wrong++;
		process.stdout.write(
			`${right ? 'right' : 'WRONG'}  ${browser}  ${name}: ${seen.join(', ') || 'no request came through'}  ${shot}\n`,
		);
	}
}
await running.close();
await empty.close();
app.close();
app.closeAllConnections();
process.exitCode = wrong === 0 ? 0 : 1;
