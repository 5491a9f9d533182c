import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../../pulse-edge/src/testing/eventually.ts';
import { exchange, get, rawClient, startRawBackend } from '../../pulse-edge/src/testing/sockets.ts';
import { openStore } from './stores/open.ts';

/** The built command, as it runs in a container. */
const BIN = fileURLToPath(new URL('../bin/pulse-railway.js', import.meta.url));

function start(env: Record<string, string>, ...before: string[]) {
	const [command, ...rest] = [...before, process.execPath, BIN, 'router'];
	const child = spawn(command!, rest, {
		env: {
			PATH: process.env.PATH,
			PORT: '0',
			PULSE_KV_KIND: 'memory',
			PULSE_RAILWAY_ROUTER_DRAIN_SECONDS: '1',
			...env,
		},
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	onTestFinished(() => void child.kill('SIGKILL'));
	let output = '';
	for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (text) => (output += text));
	const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
	const port = async () => {
		await eventually(() => output.includes('"event":"listening"') || child.exitCode !== null);
		return Number(/"event":"listening","port":(\d+)/.exec(output)?.[1]);
	};
	return { child, exit, port, output: () => output };
}

it.each(['1', '2'])('ends at SIGTERM though its log reader is gone, with %s worker(s)', async (workers) => {
	const router = start({ PULSE_RAILWAY_ROUTER_WORKERS: workers });
	const port = await router.port();
	router.child.stdout!.destroy();
	router.child.stderr!.destroy();
	// Each is a line in the log.
	for (let i = 0; i < 5; i++) expect(await exchange(port, get('/'))).toMatch(/^HTTP\/1\.1 503 /);
	router.child.kill('SIGTERM');
	expect(await router.exit).toBe(0);
});

it.each(['1', '2'])(
	'ends at a SIGTERM that comes while it starts, with %s worker(s)',
	async (workers) => {
		for (const ms of [0, 200, 400, 600, 900]) {
			const router = start({ PULSE_RAILWAY_ROUTER_WORKERS: workers });
			await new Promise((resolve) => setTimeout(resolve, ms));
			router.child.kill('SIGTERM');
			await router.exit;
		}
	},
	40_000,
);

it('starts as a user that no list of users knows', async () => {
	const folder = await mkdtemp(join(tmpdir(), 'nobody-'));
	onTestFinished(() => rm(folder, { recursive: true }));
	// What Node says where there is no entry: another user's rights would not reach this checkout everywhere.
	const nameless = join(folder, 'nameless.cjs');
	await writeFile(nameless, 'require("node:os").userInfo = () => { throw new Error("uv_os_get_passwd: ENOENT"); };');
	const router = start({ NODE_OPTIONS: `--require ${nameless}` });
	expect(await router.port()).toBeGreaterThan(0);
});

it.each(['1', '2'])('calls a port that is taken by its name, with %s worker(s)', async (workers) => {
	const taken = createServer();
	await new Promise<void>((resolve) => taken.listen(0, resolve));
	onTestFinished(() => void taken.close());
	const { port } = taken.address() as AddressInfo;
	const router = start({ PORT: String(port), PULSE_RAILWAY_ROUTER_WORKERS: workers });
	expect(await router.exit).toBe(1);
	expect(router.output()).toContain(`port ${port} is already in use`);
	expect(router.output()).not.toContain('defect');
});

it('calls its own want of file descriptors by its name, and goes on when there are some again', async () => {
	const backend = await startRawBackend((socket, received) => {
		if (received.includes('/now')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
	});
	const folder = await mkdtemp(join(tmpdir(), 'few-'));
	onTestFinished(() => rm(folder, { recursive: true }));
	const url = `sqlite:${join(folder, 'store.db')}`;
	const store = await openStore(url, { prefix: 'pulse:railway' });
	await store.promote('v1', 'v1');
	await store.close();
	const network = join(folder, 'network.json');
	await writeFile(network, JSON.stringify({ v1: `127.0.0.1:${backend.port}` }));
	const router = start(
		{
			REDIS_URL: url,
			PULSE_KV_KIND: '',
			PULSE_RAILWAY_PRIVATE_NETWORK: network,
			PULSE_RAILWAY_ROUTER_WORKERS: '1',
			PULSE_RAILWAY_ROUTER_SNAPSHOT_FILE: join(folder, 'last.json'),
		},
		'sh',
		'-c',
		'ulimit -n 150 && exec "$0" "$@"',
	);
	const port = await router.port();
	const clients = Array.from({ length: 130 }, () => rawClient(port, 'GET /stall HTTP/1.1\r\nHost: a\r\n\r\n'));
	await eventually(() => router.output().includes('"cause":"out-of-descriptors"'));
	await eventually(() => clients.some((client) => client.text().includes('503')));
	expect(clients.map((client) => client.text()).join()).toContain('router is out of file descriptors');
	for (const { socket } of clients) socket.resetAndDestroy();
	await eventually(async () => (await exchange(port, get('/now'))).endsWith('ok'));
	expect(router.child.exitCode).toBeNull();
});
