/**
 * Replicas as on Railway: three apps at `fd12::1` to `fd12::3`, all on port 8000, behind one name of `railway.internal` that
 * the system's own resolver asks a name server for, in a network of their own. Pages stay on theirs, one that is killed takes
 * its own along and no other, and one that comes is noticed. Needs Linux, root, `unshare` and `ip`.
 * `npm run build && jiti test/outside/private-dns.ts`
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Secret } from 'pulse-deploy-kit/secret';
import { openBackends } from '../../packages/pulse-railway/src/backends/backends.ts';
import { openPrivateNetwork } from '../../packages/pulse-railway/src/private-network.ts';
import { createRouter } from '../../packages/pulse-railway/src/router/server.ts';
import { silentLog } from '../../packages/pulse-railway/src/router/testing/silent-log.ts';
import { Visitor } from '../../packages/pulse-railway/src/router/testing/visitor.ts';
import { openStore } from '../../packages/pulse-railway/src/stores/open.ts';
import { until } from '../support/until.ts';
import { Verdict } from './fresh-stack.ts';

const TOKEN = 'internal-token-of-this-run';
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const INSIDE = 'PRIVATE_DNS_INSIDE';

if (process.env[INSIDE] === undefined) {
	const can = ['unshare', 'ip'].every((name) => spawnSync(name, ['--version']).error === undefined);
	if (process.platform !== 'linux' || process.getuid?.() !== 0 || !can) {
		process.stdout.write('Skipped: this is not root on Linux with unshare and ip.\n');
		process.exit(0);
	}
	const again = [process.execPath, join(ROOT, 'node_modules/jiti/lib/jiti-cli.mjs'), fileURLToPath(import.meta.url)];
	const env = { ...process.env, [INSIDE]: '1' };
	const { status } = spawnSync('unshare', ['--net', '--mount', ...again], { stdio: 'inherit', env });
	process.exit(status ?? 1);
}

const verdict = new Verdict();
const folder = mkdtempSync(join(tmpdir(), 'private-dns-'));
const apps: ChildProcess[] = [];
/** What `blue.railway.internal` is now. */
let named: string[] = [];
let asked = 0;
try {
	await prepareNetwork();
	await judge();
} finally {
	for (const app of apps) app.kill('SIGKILL');
	rmSync(folder, { recursive: true, force: true });
}
verdict.close('Replicas are told apart by what a private name resolves to.');

async function judge(): Promise<void> {
	await Promise.all([1, 2, 3].map(startApp));
	named = [1, 2, 3].map((at) => `fd12::${at}`);
	const network = openPrivateNetwork();
	const store = await openStore('memory:', { prefix: 'outside' });
	await store.promote('blue', 'blue');
	const router = createRouter({ store, network, log: silentLog, replicaSecret: TOKEN });
	const { port } = await router.listen({ port: 0, host: '127.0.0.1' });
	const url = `http://127.0.0.1:${port}`;

	const visitors = await Promise.all(Array.from({ length: 30 }, () => Visitor.open(url)));
	const tokenOf = ({ directives }: Visitor) => directives.query.pulse_replica ?? 'none';
	const tokens = visitors.map(tokenOf);
	const spread = [...new Set(tokens)].map((token) => tokens.filter((one) => one === token).length);
	verdict.report('pages are spread over what the name resolves to', '10,10,10', String(spread));
	let lost = 0;
	for (let count = 1; count <= 3; count++) {
		await Promise.all(
			visitors.map(async (visitor) => {
				await visitor.connect();
				const answer = (await visitor.request('counter', 'increment')) as { count: number };
				if (answer.count !== count) lost++;
				visitor.close();
			}),
		);
	}
	verdict.report('counts lost over 90 connections of 30 pages', '0', String(lost));
	const backends = openBackends({ network, port: 8_000, token: new Secret(TOKEN) });
	const [record] = (await store.snapshot()).deployments;
	const said = await backends.sessions(record!);
	verdict.report('all of them are asked', '30', String(said.reachable ? said.total : said.detail));

	apps[1]?.kill('SIGKILL');
	await Promise.all(visitors.map((visitor) => visitor.connect()));
	await until('pages of the killed one to be told', async () => visitors.filter(({ reload }) => reload).length >= 10);
	await sleep(500);
	const reloaded = visitors.filter(({ reload }) => reload);
	verdict.report(
		'pages that load anew, which are all of one replica',
		'10 of 1',
		`${reloaded.length} of ${new Set(reloaded.map(tokenOf)).size}`,
	);
	const statuses = await Promise.all(Array.from({ length: 30 }, async () => (await fetch(url)).status));
	verdict.report('what others get meanwhile, whose name still leads there', '200', String([...new Set(statuses)]));

	await startApp(4);
	named = [1, 3, 4].map((at) => `fd12::${at}`);
	const since = Date.now();
	const known = new Set(tokens);
	await until('a page on the one that came', async () => !known.has(tokenOf(await Visitor.open(url))), 10_000);
	verdict.report('one that comes is noticed within four seconds', 'true', String(Date.now() - since < 4_000));
	verdict.report('questions to the name server: some, not one a request', 'true', String(asked > 0 && asked < 60));
	for (const visitor of visitors) visitor.close();
	await router.close({ budgetMs: 0 });
	await backends.close();
	await store.close();
}

async function startApp(at: number): Promise<void> {
	const source = `import { App } from ${JSON.stringify(join(ROOT, 'packages/pulse-app/dist/index.js'))};
import { RailwayPlugin } from ${JSON.stringify(join(ROOT, 'packages/pulse-railway/dist/index.js'))};
const app = new App({
	plugins: [new RailwayPlugin()],
	channels: { counter: (channel) => { let count = 0; channel.on('increment', () => ({ count: ++count })); } },
	listener: (_, response) => response.setHeader('cache-control', 'no-store').end(app.client.head),
});
export default app;`;
	writeFileSync(join(folder, 'app.mjs'), source);
	const address = `fd12::${at}`;
	const args = [
		join(ROOT, 'packages/pulse-app/bin/pulse.js'),
		'run',
		'app.mjs',
		'--address',
		address,
		'--port',
		'8000',
	];
	const env = { PATH: process.env.PATH, PULSE_DEPLOYMENT_ID: 'blue', PULSE_RAILWAY_INTERNAL_TOKEN: TOKEN };
	apps.push(spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'inherit'] }));
	const health = `http://[${address}]:8000/_pulse/health`;
	await until(
		`the app at ${address}`,
		async () =>
			fetch(health).then(
				({ ok }) => ok,
				() => false,
			),
		30_000,
	);
}

/** Loopback with these addresses, and a resolver that asks the name server below. */
async function prepareNetwork(): Promise<void> {
	run('ip', 'link', 'set', 'lo', 'up');
	for (let at = 1; at <= 4; at++) run('ip', '-6', 'addr', 'add', `fd12::${at}/128`, 'dev', 'lo', 'nodad');
	const resolver = join(folder, 'resolv.conf');
	writeFileSync(resolver, 'nameserver 127.0.0.1\noptions timeout:1\n');
	run('mount', '--bind', resolver, '/etc/resolv.conf');
	const server = createSocket('udp4');
	server.on('message', (query, from) => server.send(answerTo(query), from.port, from.address));
	await new Promise<void>((resolve) => server.bind(53, '127.0.0.1', resolve));
	server.unref();
}

/** RFC 1035: the question again, and an AAAA record of each address. */
function answerTo(query: Buffer): Buffer {
	asked++;
	let end = 12;
	const labels: string[] = [];
	for (let length = query[end]!; length > 0; length = query[end]!) {
		labels.push(query.toString('latin1', end + 1, end + 1 + length));
		end += 1 + length;
	}
	const question = query.subarray(12, end + 5);
	const isAaaa = query.readUInt16BE(end + 1) === 28;
	const isBlue = labels.join('.').toLowerCase() === 'blue.railway.internal';
	const records = isBlue && isAaaa ? named : [];
	const head = Buffer.alloc(12);
	query.copy(head, 0, 0, 2);
	head.writeUInt16BE(isBlue ? 0x8180 : 0x8183, 2);
	head.writeUInt16BE(1, 4);
	head.writeUInt16BE(records.length, 6);
	const answers = records.map((address) => {
		const data = Buffer.alloc(16);
		data.writeUInt16BE(0xfd12, 0);
		data.writeUInt16BE(Number(address.split('::')[1]), 14);
		return Buffer.concat([Buffer.from([0xc0, 12, 0, 28, 0, 1, 0, 0, 0, 1, 0, 16]), data]);
	});
	return Buffer.concat([head, question, ...answers]);
}

function run(command: string, ...args: string[]): void {
	const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
	if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
}
