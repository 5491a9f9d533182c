import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../../pulse-edge/src/testing/eventually.ts';
import { startLogging } from '../../pulse-edge/src/testing/logging-process.ts';
import {
	exchange,
	freePort,
	get,
	rawClient,
	startBackend,
	startNamedBackend,
} from '../../pulse-edge/src/testing/sockets.ts';
import { openStore } from './stores/open.ts';

/** As the command runs it; `npm test` compiles first. */
const BIN = fileURLToPath(new URL('../bin/pulse-railway.js', import.meta.url));

async function stack(backends: Record<string, number>) {
	const folder = await mkdtemp(join(tmpdir(), 'serve-'));
	onTestFinished(() => rm(folder, { recursive: true }));
	const url = `sqlite:${join(folder, 'store.db')}`;
	const store = await openStore(url, { prefix: 'pulse:railway' });
	onTestFinished(() => store.close());
	const ids = Object.keys(backends);
	for (const id of ids.slice(1)) await store.register(id, id);
	await store.promote(ids[0]!, ids[0]!);
	const network = join(folder, 'network.json');
	await writeFile(network, JSON.stringify(Object.fromEntries(ids.map((id) => [id, `127.0.0.1:${backends[id]}`]))));
	const env = {
		REDIS_URL: url,
		PORT: '0',
		PULSE_RAILWAY_PRIVATE_NETWORK: network,
		PULSE_RAILWAY_ROUTER_SNAPSHOT_FILE: join(folder, 'last.json'),
		PULSE_RAILWAY_ROUTER_DRAIN_SECONDS: '5',
	};
	return { store, folder, env };
}

const run = (env: Record<string, string>) => startLogging([BIN, 'router'], env);

it('serves, and at SIGTERM finishes what it has and ends with 0 (R2.20)', async () => {
	let finish: () => void = () => {};
	const backend = await startBackend((request, response) => {
		if (request.url === '/slow') finish = () => response.end('finished');
		else response.end('quick');
	});
	const { env, folder } = await stack({ v1: backend });
	const router = await run({ ...env, PULSE_RAILWAY_ROUTER_WORKERS: '1' });
	expect(await exchange(router.port, get('/'))).toMatch(/quick$/);
	const slow = rawClient(router.port, get('/slow'));
	await eventually(() => finish.toString().includes('finished'));
	router.child.kill('SIGTERM');
	await eventually(() => router.lines.some((line) => line.event === 'draining'));
	finish();
	expect(await slow.ended()).toMatch(/finished$/);
	expect(await router.exit()).toBe(0);
	expect(JSON.parse(await readFile(join(folder, 'last.json'), 'utf8'))).toMatchObject({ activeId: 'v1' });
});

it.each([
	['an error', `throw new Error('stray')`],
	['a rejection', `void Promise.reject(new Error('stray'))`],
])('ends at once at %s that nothing waited for, and says so in its log (R12.14)', async (_, fails) => {
	const { env } = await stack({ v1: await startNamedBackend('v1') });
	const stray = `data:text/javascript,process.on('SIGUSR2', () => { ${fails}; });`;
	const router = await startLogging(['--import', stray, BIN, 'router'], { ...env, PULSE_RAILWAY_ROUTER_WORKERS: '1' });
	router.child.kill('SIGUSR2');
	expect(await router.exit()).toBe(1);
	expect(router.lines.at(-1)).toMatchObject({ level: 60, event: 'defect', err: { message: 'stray' } });
});

it('several workers share the port, follow promotions and metrics, and one that dies is replaced', async () => {
	const { env, store } = await stack({ v1: await startNamedBackend('v1'), v2: await startNamedBackend('v2') });
	const metricsPort = await freePort();
	const router = await run({
		...env,
		PULSE_RAILWAY_ROUTER_WORKERS: '2',
		PULSE_RAILWAY_ROUTER_METRICS_PORT: String(metricsPort),
	});
	const listening = () => router.lines.filter((line) => line.event === 'listening');
	await eventually(() => listening().length === 2);
	expect(new Set(listening().map((line) => line.port)).size).toBe(1);
	expect(new Set(listening().map((line) => line.replica)).size).toBe(2);
	for (let i = 0; i < 10; i++) expect(await exchange(router.port, get('/'))).toContain('"name":"v1"');
	expect(await exchange(metricsPort, get('/metrics'))).toContain('pulse_router_requests_total{deployment="v1"} 10');
	await store.promote('v2', 'v2');
	await eventually(async () => {
		const answers = await Promise.all(Array.from({ length: 6 }, () => exchange(router.port, get('/'))));
		return answers.every((answer) => answer.includes('"name":"v2"'));
	});
	process.kill(Number(listening()[0]!.pid), 'SIGKILL');
	await eventually(() => listening().length === 3);
	expect(await exchange(router.port, get('/'))).toContain('"name":"v2"');
	router.child.kill('SIGTERM');
	expect(await router.exit()).toBe(0);
});

it.each(['1', '2'])(
	'serves without metrics when their port is taken, with %s worker(s)',
	async (workers) => {
		const { env } = await stack({ v1: await startNamedBackend('v1') });
		const taken = createServer();
		// As the metrics are served: on both families.
		await new Promise<void>((resolve) => taken.listen(0, resolve));
		onTestFinished(() => void taken.close());
		const metricsPort = String((taken.address() as AddressInfo).port);
		const { port, lines } = await run({
			...env,
			PULSE_RAILWAY_ROUTER_WORKERS: workers,
			PULSE_RAILWAY_ROUTER_METRICS_PORT: metricsPort,
		});
		expect(await exchange(port, get('/'))).toContain('"name":"v1"');
		await eventually(() => lines.some((line) => line.event === 'metrics-not-served'));
	},
	60_000,
);

it('does not start with an invalid variable or without a store, and says why', async () => {
	await expect(run({ PULSE_KV_KIND: 'memory', PULSE_RAILWAY_ROUTER_CONNECTION_LIMIT: '0' })).rejects.toThrow(
		'must be >= 1',
	);
	await expect(run({ PORT: '0' })).rejects.toThrow('deployment store');
});
