/**
 * HAProxy in front of a router process, its connections shared by all clients, under wrk's load: small pages, chunked pages and
 * small forms, with no failed request. Needs `haproxy` and `wrk` (apt-get install haproxy wrk).
 * `npm run build && jiti test/outside/behind-haproxy.ts [seconds]`
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openStore } from '../../packages/pulse-railway/src/stores/open.ts';
import { startRouterProcess } from '../soak/router-process.ts';

for (const program of ['haproxy', 'wrk']) {
	if (spawnSync(program, ['-v']).error === undefined) continue;
	process.stdout.write(`Skipped: there is no ${program} on this machine.\n`);
	process.exit(0);
}
const seconds = Number(process.argv[2] ?? 5);
const folder = mkdtempSync(join(tmpdir(), 'outside-haproxy-'));
const app = createServer((request, response) => {
	request.resume();
	request.on('end', () => {
		if (request.url === '/chunks') for (let i = 0; i < 50; i++) response.write('piece');
		response.end('ok');
	});
});
await new Promise<void>((done) => app.listen(0, '127.0.0.1', done));
const url = `sqlite:${join(folder, 'store.db')}`;
const store = await openStore(url, { prefix: 'pulse:railway' });
await store.promote('v1', 'v1');
await store.close();
const network = join(folder, 'network.json');
writeFileSync(network, JSON.stringify({ v1: `127.0.0.1:${(app.address() as AddressInfo).port}` }));
const router = await startRouterProcess({
	REDIS_URL: url,
	PULSE_RAILWAY_ROUTER_WORKERS: '1',
	PULSE_RAILWAY_PRIVATE_NETWORK: network,
	PULSE_RAILWAY_ROUTER_SNAPSHOT_FILE: join(folder, 'last.json'),
	PULSE_RAILWAY_ROUTER_DRAIN_SECONDS: '1',
});
const free = createServer();
await new Promise<void>((done) => free.listen(0, '127.0.0.1', done));
const { port } = free.address() as AddressInfo;
await new Promise((done) => free.close(done));
const config = join(folder, 'haproxy.cfg');
writeFileSync(
	config,
	`defaults
 mode http
 timeout connect 5s
 timeout client 20s
 timeout server 20s
 http-reuse always
frontend front
 bind 127.0.0.1:${port}
 default_backend back
backend back
 server router 127.0.0.1:${router.port}
`,
);
const form = join(folder, 'form.lua');
writeFileSync(form, 'wrk.method = "POST"\nwrk.body = "{\\"a\\": 1}"\n');
const proxy = spawn('haproxy', ['-q', '-db', '-f', config], { stdio: 'ignore' });
await delay(1_000);
let failed = false;
for (const [name, path, script] of [
	['pages', '/', []],
	['chunked pages', '/chunks', []],
	['forms', '/', ['-s', form]],
] as const) {
	const load = spawn('wrk', ['-t1', '-c50', `-d${seconds}s`, ...script, `http://127.0.0.1:${port}${path}`]);
	let said = '';
	load.stdout.on('data', (text) => {
		said += text;
	});
	await new Promise((done) => load.on('close', done));
	const served = Number(/(\d+) requests in/.exec(said)?.[1] ?? 0);
	const trouble = /Non-2xx.*|Socket errors.*/.exec(said)?.[0];
	if (served === 0 || trouble !== undefined) failed = true;
	process.stdout.write(`${name}: ${served} requests, ${trouble ?? 'none failed'}\n`);
}
proxy.kill();
await router.stop();
app.close();
app.closeAllConnections();
rmSync(folder, { recursive: true });
process.exitCode = failed ? 1 : 0;
