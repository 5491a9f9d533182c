/**
 * slowhttptest's slow bodies against a router with 200 backend connections, while pages and small forms are asked for. Needs
 * `slowhttptest` (apt-get install slowhttptest). `jiti test/outside/slow-uploads.ts [seconds]`
 */
import { spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createRouter } from '../../packages/pulse-railway/src/router/server.ts';
import { silentLog } from '../../packages/pulse-railway/src/router/testing/silent-log.ts';
import { openStore } from '../../packages/pulse-railway/src/stores/open.ts';

if (spawnSync('slowhttptest', ['-h']).error !== undefined) {
	process.stdout.write('Skipped: there is no slowhttptest on this machine.\n');
	process.exit(0);
}
const seconds = Number(process.argv[2] ?? 20);
const app = createServer((request, response) => {
	request.resume();
	request.on('end', () => response.end('ok'));
});
await new Promise<void>((done) => app.listen(0, '127.0.0.1', done));
const store = await openStore('memory:', { prefix: 'judge' });
await store.promote('v1', 'v1');
const address = { host: '127.0.0.1', port: (app.address() as AddressInfo).port };
const router = createRouter({
	store,
	network: { address: () => address, refresh: () => false },
	log: silentLog,
	connectionLimit: 200,
	connectTimeoutMs: 5_000,
});
const { port } = await router.listen({ port: 0, host: '127.0.0.1' });
const url = `http://127.0.0.1:${port}/`;
const attack = spawn(
	'slowhttptest',
	`-B -c 600 -r 300 -i 2 -x 10 -s 1000000 -t POST -p 3 -l ${seconds} -u ${url}`.split(' '),
	{ stdio: 'ignore' },
);
const took: number[] = [];
let failed = 0;
let most = 0;
const until = Date.now() + seconds * 1_000;
while (Date.now() < until) {
	for (const init of [{}, { method: 'POST', body: 'small form' }]) {
		const begun = performance.now();
		const answer = await fetch(url, init).catch(() => null);
		await answer?.text();
		if (answer?.status !== 200) failed++;
		took.push(performance.now() - begun);
	}
	most = Math.max(most, router.context.pool.open);
	await delay(50);
}
if (attack.exitCode === null) await new Promise((done) => attack.on('close', done));
took.sort((a, b) => a - b);
const slowest = took.at(-1)?.toFixed(0);
process.stdout.write(
	`${took.length} requests during the attack, ${failed} failed, slowest ${slowest} ms, median ${took[took.length >> 1]?.toFixed(1)} ms; at most ${most} of 200 backend connections in use\n`,
);
await router.close({ budgetMs: 0 });
await store.close();
app.close();
app.closeAllConnections();
process.exitCode = failed === 0 && took.length > 0 ? 0 : 1;
