/**
 * Prometheus itself reads the alarms and the dashboard: it scrapes a router, answers every query of `docs/grafana.json`, and
 * its `promtool` fires every rule of `docs/alerts.yml` in the case that it is for and in no quiet one. Needs `prometheus` and
 * `promtool` (apt-get install prometheus). `jiti test/outside/alarms.ts`
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openMetrics } from '../../packages/pulse-railway/src/router/metrics.ts';
import { createRouter } from '../../packages/pulse-railway/src/router/server.ts';
import { silentLog } from '../../packages/pulse-railway/src/router/testing/silent-log.ts';
import { openStore } from '../../packages/pulse-railway/src/stores/open.ts';

for (const tool of ['prometheus', 'promtool']) {
	if (spawnSync(tool, ['--version']).error === undefined) continue;
	process.stdout.write(`Skipped: there is no ${tool} on this machine.\n`);
	process.exit(0);
}
const docs = join(import.meta.dirname, '../../docs');
const folder = mkdtempSync(join(tmpdir(), 'pulse-alarms-'));
const faults: string[] = [];

/** What is scraped each minute of one router, by series; `'0x10'` is ten minutes of nothing. Other series stay as they are well. */
const WELL = {
	'pulse_router_store_reachable{job="r",instance="a"}': '1x20',
	'pulse_router_snapshot_age_seconds{job="r",instance="a"}': '0x20',
	'pulse_router_snapshot_revision{job="r",instance="a"}': '7x20',
	'pulse_router_snapshot_revision{job="r",instance="b"}': '7x20',
	'pulse_router_requests_total{job="r",instance="a",deployment="v1"}': '0+600x20',
	'pulse_router_failures_total{job="r",instance="a",deployment="v1",cause="unreachable"}': '0+1x20',
	'pulse_router_failures_total{job="r",instance="a",deployment="",cause="not-found"}': '0+300x20',
	'pulse_router_failures_total{job="r",instance="a",deployment="",cause="router-defect"}': '0x20',
	'pulse_router_backend_connections{job="r",instance="a"}': '900x20',
	'pulse_router_requests_in_flight{job="r",instance="a",deployment="v1"}': '40x20',
	'pulse_router_backend_connect_seconds_bucket{job="r",instance="a",le="0.025"}': '0+90x20',
	'pulse_router_backend_connect_seconds_bucket{job="r",instance="a",le="2"}': '0+100x20',
	'pulse_router_backend_connect_seconds_bucket{job="r",instance="a",le="+Inf"}': '0+100x20',
};
type Series = keyof typeof WELL;
const CASES: Readonly<Record<string, Partial<Record<Series, string>>>> = {
	'nothing at all': {},
	PulseRouterAway: Object.fromEntries(Object.keys(WELL).map((series) => [series, '_x20'])),
	PulseStoreAway: { 'pulse_router_store_reachable{job="r",instance="a"}': '1x5 0x15' },
	PulseSnapshotOld: { 'pulse_router_snapshot_age_seconds{job="r",instance="a"}': '0x5 60+60x15' },
	PulseRoutersDiffer: { 'pulse_router_snapshot_revision{job="r",instance="b"}': '7x5 8x15' },
	PulseRequestsFail: {
		'pulse_router_failures_total{job="r",instance="a",deployment="v1",cause="unreachable"}': '0+20x20',
	},
	PulseRouterDefect: {
		'pulse_router_failures_total{job="r",instance="a",deployment="",cause="router-defect"}': '0x14 1x6',
	},
	PulseConnectionsFull: { 'pulse_router_backend_connections{job="r",instance="a"}': '1900x20' },
	PulseConnectSlow: { 'pulse_router_backend_connect_seconds_bucket{job="r",instance="a",le="0.025"}': '0+10x20' },
	PulseDeploymentHangs: {
		'pulse_router_requests_in_flight{job="r",instance="a",deployment="v1"}': '10+30x20',
		'pulse_router_requests_total{job="r",instance="a",deployment="v1"}': '600x20',
	},
};

function firing(changed: Partial<Record<Series, string>>): string[] {
	const series = Object.entries({ ...WELL, ...changed }).map(([name, values]) => ({ series: name, values }));
	const names = Object.keys(CASES).slice(1);
	const none = names.map((alertname) => ({ eval_time: '16m', alertname }));
	const file = join(folder, 'case.json');
	// What fires is expected not to: so promtool names it.
	const test = { interval: '1m', input_series: series, alert_rule_test: none };
	writeFileSync(file, JSON.stringify({ rule_files: [join(docs, 'alerts.yml')], tests: [test] }));
	const { stdout, stderr, status } = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8' });
	if (status === 0) return [];
	const fired = [...`${stdout}${stderr}`.matchAll(/alertname: (\w+)/g)].map(([, name = '']) => name);
	if (fired.length === 0) throw new Error(`${stdout}${stderr}`);
	return fired;
}

for (const [name, changed] of Object.entries(CASES)) {
	const fired = firing(changed);
	const right = name in CASES && Object.keys(changed).length > 0 ? [name] : [];
	if (String(fired) !== String(right)) faults.push(`${name}: fired ${fired.join(', ') || 'nothing'}`);
}

const app = createServer((_, response) => response.end('well'));
await new Promise<void>((done) => app.listen(0, '127.0.0.1', done));
const store = await openStore('memory:', { prefix: 'judge' });
await store.promote('v1', 'v1');
const address = { host: '127.0.0.1', port: (app.address() as AddressInfo).port };
const router = createRouter({
	store,
	network: { address: () => address, refresh: () => false },
	log: silentLog,
});
const { port } = await router.listen({ port: 0, host: '127.0.0.1' });
const metrics = openMetrics(router.context, router.table);
const endpoint = await metrics.listen(0);
const config = join(folder, 'prometheus.json');
writeFileSync(
	config,
	JSON.stringify({
		global: { scrape_interval: '1s' },
		scrape_configs: [{ job_name: 'router', static_configs: [{ targets: [`127.0.0.1:${endpoint.port}`] }] }],
	}),
);
const own = await freePort();
const listen = `127.0.0.1:${own}`;
const prometheus = spawn(
	'prometheus',
	[`--config.file=${config}`, `--storage.tsdb.path=${join(folder, 'data')}`, `--web.listen-address=${listen}`],
	{ stdio: 'ignore' },
);

async function ask(query: string): Promise<{ status: string; error?: string; data?: { result: unknown[] } }> {
	const answer = await fetch(`http://${listen}/api/v1/query?query=${encodeURIComponent(query)}`).catch(() => null);
	return answer === null ? { status: 'away' } : ((await answer.json()) as Awaited<ReturnType<typeof ask>>);
}

try {
	const until = Date.now() + 60_000;
	for (let asked = 0; asked < 15 || (await ask('up == 1')).data?.result.length !== 1; asked++) {
		if (Date.now() > until) throw new Error('Prometheus did not scrape the router within a minute');
		await fetch(`http://127.0.0.1:${port}/`).then((answer) => answer.text());
		await fetch(`http://127.0.0.1:${port}/?pulse_deployment=gone`).then((answer) => answer.text());
		await delay(500);
	}
	const { panels } = JSON.parse(readFileSync(join(docs, 'grafana.json'), 'utf8')) as {
		panels: { title: string; targets: { expr: string }[] }[];
	};
	let queries = 0;
	for (const { title, targets } of panels) {
		for (const { expr } of targets) {
			const answer = await ask(expr.replaceAll('$job', '.*').replaceAll('$__rate_interval', '1m'));
			queries++;
			// No request has failed here, which leaves nothing to draw.
			const empty = answer.data?.result.length === 0 && !title.startsWith('Failures');
			if (answer.status !== 'success' || empty) faults.push(`${title}: ${answer.error ?? 'no data'}: ${expr}`);
		}
	}
	process.stdout.write(
		`${Object.keys(CASES).length} cases of alarms, ${queries} queries of the dashboard: ${faults.length} faults\n`,
	);
	for (const fault of faults) process.stdout.write(`  ${fault}\n`);
} finally {
	const ended = new Promise((done) => prometheus.once('exit', done));
	prometheus.kill();
	await endpoint.close();
	await router.close({ budgetMs: 1_000 });
	await store.close();
	app.close();
	await ended;
	rmSync(folder, { recursive: true });
}
process.exit(faults.length === 0 ? 0 : 1);

async function freePort(): Promise<number> {
	const server = createTcpServer();
	await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
	const { port } = server.address() as AddressInfo;
	await new Promise((done) => server.close(done));
	return port;
}
