import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, systemClock } from 'pulse-deploy-kit/clock';
import { recordingHost } from 'pulse-deploy-kit/recording-host';
import { Secret } from 'pulse-deploy-kit/secret';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openBackends } from '../backends/backends.ts';
import { ACTIVE_DEPLOYMENT_VARIABLE } from '../protocol.ts';
import { startRouter } from '../router/testing/router.ts';
import { openStore } from '../stores/open.ts';
import { runJanitor } from './run.ts';
import { inMemoryPlatform } from './testing/in-memory-platform.ts';
import { POLICY } from './testing/janitor-fixture.ts';

const CONTAINER = { affinity: 'tab', healthPath: '/', port: 8_000 } as const;
const MINUTE_MS = 60_000;

/** Says which version it is, over and over. */
async function startAgent(version: string): Promise<number> {
	const server = createServer((_, response) => {
		response.writeHead(200, { 'content-type': 'text/event-stream' });
		const telling = setInterval(() => response.write(`data: ${version}\n\n`), 50);
		response.on('close', () => clearInterval(telling));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	return (server.address() as AddressInfo).port;
}

test('a stream of a container app lives for ten minutes over a deploy, with a pass of the janitor in each, and its version is deleted afterwards (C1.15) (R9.9)', async () => {
	let now = Date.now();
	const clock: Clock = { now: () => now, sleep: systemClock.sleep };
	const store = await openStore('memory:', { prefix: 'p', clock });
	const done: string[] = [];
	const world = inMemoryPlatform(done);
	const { port, network, settled } = await startRouter({ store, clock });
	const backends = openBackends({ network, port: 8_000, token: new Secret('t'), totalMs: 500 });
	onTestFinished(async () => {
		await backends.close();
		await store.close();
	});
	const deploy = async (id: string) => {
		world.add(`${id}`, { PULSE_DEPLOYMENT_ID: id, PULSE_DEPLOYMENT_KIND: 'container' });
		network.services.set(`${id}`, { host: '127.0.0.1', port: await startAgent(id) });
		await store.register(id, `${id}`, { container: CONTAINER });
		world.sharedVariables[ACTIVE_DEPLOYMENT_VARIABLE] = id;
		await store.promote(id, `${id}`, { container: CONTAINER });
		await settled();
	};
	const passes = async (minutes: number) => {
		now += minutes * MINUTE_MS;
		// The router's last report is too old by now, and the next one is due within a second of real time.
		await vi.waitFor(async () => expect((await store.activity()).replicas).toHaveLength(1), { timeout: 5_000 });
	};
	const janitor = () =>
		runJanitor({
			...{ store, backends, clock, platform: world.platform, owner: 'janitor here', host: recordingHost() },
			policy: POLICY,
			signal: new AbortController().signal,
		});
	await deploy('one');
	// A router that began lately keeps everything anyway.
	await passes(20);
	const response = await new Promise<IncomingMessage>((resolve) => {
		get({ port, host: '127.0.0.1', path: '/events?pulse_deployment=one' }, resolve);
	});
	let told = '';
	let ended = false;
	response.setEncoding('utf8').on('data', (text: string) => {
		told += text;
	});
	response.on('close', () => {
		ended = true;
	});
	await vi.waitFor(() => expect(told).toContain('data: one\n\ndata: one'));
	await deploy('two');
	for (let minute = 1; minute <= 10; minute++) {
		await passes(1);
		const before = told.length;
		expect(await janitor()).toMatchObject({ deleted: [], kept: [{ id: 'one', detail: '1 request' }] });
		await vi.waitFor(() => expect(told.length).toBeGreaterThan(before), { timeout: 5_000 });
	}
	expect(ended).toBe(false);
	expect(told.replaceAll('data: one\n\n', '')).toBe('');
	response.destroy();
	await vi.waitFor(async () => expect((await store.activity()).deployments.get('one')?.inFlight).toBe(0), {
		timeout: 5_000,
	});
	await passes(2);
	expect(await janitor()).toMatchObject({ deleted: [{ id: 'one', reason: 'drainable' }] });
	expect(done).toEqual(['delete id-one']);
}, 60_000);
