/**
 * Autobahn's websocket cases, which Python's and most other libraries are held to, through a router process and against the
 * same server without it: each verdict must be the same. Needs `wstest` (Python 2.7: `pip install autobahntestsuite==0.8.2`).
 * `npm run build && jiti test/outside/websockets.ts [case pattern, as 1.*]...`
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocketServer } from 'ws';
import { openStore } from '../../packages/pulse-railway/src/stores/open.ts';
import { startRouterProcess } from '../soak/router-process.ts';

if (spawnSync('wstest', ['--help']).error !== undefined) {
	process.stdout.write('Skipped: there is no wstest on this machine.\n');
	process.exit(0);
}
const folder = mkdtempSync(join(tmpdir(), 'outside-websockets-'));
const echo = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: true, maxPayload: 64 << 20 });
echo.on('connection', (socket) => {
	socket.on('error', () => {});
	socket.on('message', (data, binary) => socket.send(data, { binary }));
});
await new Promise((resolve) => echo.once('listening', resolve));
const { port } = echo.address() as AddressInfo;

const url = `sqlite:${join(folder, 'store.db')}`;
const store = await openStore(url, { prefix: 'pulse:railway' });
await store.promote('v1', 'v1');
await store.close();
const network = join(folder, 'network.json');
writeFileSync(network, JSON.stringify({ v1: `127.0.0.1:${port}` }));
const router = await startRouterProcess({
	REDIS_URL: url,
	PULSE_RAILWAY_ROUTER_WORKERS: '1',
	PULSE_RAILWAY_PRIVATE_NETWORK: network,
	PULSE_RAILWAY_ROUTER_SNAPSHOT_FILE: join(folder, 'last.json'),
	PULSE_RAILWAY_ROUTER_DRAIN_SECONDS: '1',
});

const patterns = process.argv.slice(2);
const spec = join(folder, 'spec.json');
writeFileSync(
	spec,
	JSON.stringify({
		outdir: join(folder, 'reports'),
		servers: [
			{ agent: 'alone', url: `ws://127.0.0.1:${port}` },
			{ agent: 'router', url: `ws://127.0.0.1:${router.port}` },
		],
		cases: patterns.length > 0 ? patterns : ['*'],
		// Megabytes of masked bytes in an interpreter: they measure wstest.
		'exclude-cases': patterns.length > 0 ? [] : ['9.*', '12.*', '13.*'],
		'exclude-agent-cases': {},
	}),
);
const judge = spawn('wstest', ['-m', 'fuzzingclient', '-s', spec], { cwd: folder, stdio: 'ignore' });
await new Promise((resolve) => judge.on('close', resolve));

interface Verdict {
	readonly behavior: string;
	readonly behaviorClose: string;
}
const reports: Record<'alone' | 'router', Record<string, Verdict>> = JSON.parse(
	readFileSync(join(folder, 'reports', 'index.json'), 'utf8'),
);
const names = Object.keys(reports.alone);
const said = ({ behavior, behaviorClose }: Verdict) => `${behavior}/${behaviorClose}`;
const other = names.filter((name) => said(reports.alone[name]!) !== said(reports.router[name]!));
for (const name of other)
	process.stdout.write(
		`${name}: ${said(reports.alone[name]!)} alone, ${said(reports.router[name]!)} through the router\n`,
	);
const failed = names.filter((name) => reports.router[name]!.behavior === 'FAILED').length;
process.stdout.write(
	`${names.length} cases, ${failed} failed through the router, ${other.length} other than without it\n`,
);
await router.stop();
for (const client of echo.clients) client.terminate();
echo.close();
rmSync(folder, { recursive: true });
process.exitCode = names.length > 0 && other.length === 0 ? 0 : 1;
