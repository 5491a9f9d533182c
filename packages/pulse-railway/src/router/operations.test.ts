import { expect, it, onTestFinished, vi } from 'vitest';
import { eventually } from '../../../pulse-edge/src/testing/eventually.ts';
import {
	exchange,
	get,
	rawClient,
	startBackend,
	startNamedBackend,
	startRawBackend,
} from '../../../pulse-edge/src/testing/sockets.ts';
import type { ActivityReport } from '../deployments/store.ts';
import { openStore } from '../stores/open.ts';
import { openMetrics } from './metrics.ts';
import { startRouter } from './testing/router.ts';

it("/healthz is the router's own for GET, and the app's for every other method (R2.14)", async () => {
	const { port } = await startRouter({ deployments: { v1: await startNamedBackend('v1') } });
	expect(await exchange(port, get('/healthz'))).toMatch(/^HTTP\/1\.1 200 OK\r\n.*\r\n\r\n\{"ok":true\}$/s);
	expect(await exchange(port, get('/healthz', [], 'POST'))).toContain('"name":"v1"');
	expect(await exchange(port, get('/healthz/x'))).toContain('"name":"v1"');
});

it('/healthz tells detail to a signed request alone', async () => {
	const { port, router } = await startRouter({
		deployments: { v1: await startNamedBackend('v1') },
		isSigned: async (request) => request.rawHeaders.includes('X-Signed'),
	});
	await exchange(port, get('/'));
	const detail = JSON.parse((await exchange(port, get('/healthz', ['X-Signed: yes']))).split('\r\n\r\n')[1]!);
	expect(detail).toMatchObject({
		ok: true,
		replica_id: router.replicaId,
		store_reachable: true,
		snapshot: { source: 'store', active_deployment_id: 'v1' },
		deployments: [{ id: 'v1', in_flight: 0, sockets: 0, requests: 1 }],
	});
});

it("the app's own documentation pages are the app's (R2.15)", async () => {
	const { port } = await startRouter({ deployments: { v1: await startNamedBackend('v1') } });
	for (const path of ['/docs', '/redoc', '/openapi.json', '/api/docs', '/metrics']) {
		expect(await exchange(port, get(path))).toContain(`"url":"${path}"`);
	}
});

it('methods of any name pass (R2.13)', async () => {
	const { port } = await startRouter({ deployments: { v1: await startNamedBackend('v1') } });
	for (const method of ['DELETE', 'PATCH', 'PROPFIND', 'REPORT', 'QUERY']) {
		expect(await exchange(port, get('/', [], method)), method).toMatch(
			method === 'QUERY' ? /^HTTP\/1\.1 (200|400)/ : /^HTTP\/1\.1 200 /,
		);
	}
	expect(await exchange(port, get('/', [], 'TRACE'))).toMatch(/^HTTP\/1\.1 405 /);
});

it('activity is reported in batches, never by the request', async () => {
	const store = await openStore('memory:', { prefix: 'x' });
	const reports: ActivityReport[] = [];
	const watched = Object.assign(Object.create(store), {
		recordActivity: async (report: ActivityReport) => void reports.push(report),
	});
	const held: (() => void)[] = [];
	const backend = await startBackend((_, response) => void held.push(() => response.end()));
	const { port, router } = await startRouter({ store: watched, deployments: { v1: backend } });
	const clients = Array.from({ length: 20 }, () => exchange(port, get('/')));
	await eventually(() => reports.some((report) => report.deployments[0]?.inFlight === 20));
	expect(reports.length).toBeLessThanOrEqual(4);
	const report = reports.at(-1)!;
	expect(report).toMatchObject({
		replicaId: router.replicaId,
		revision: (await store.snapshot()).revision,
		ttlMs: 45_000,
	});
	for (const finish of held) finish();
	await Promise.all(clients);
	await eventually(() => reports.at(-1)!.deployments[0]!.inFlight === 0);
});

it("failures are told by the second with the requests: the version's own errors, and what it does not answer", async () => {
	const v1 = await startBackend((_, response) => response.writeHead(500).end());
	const store = await openStore('memory:', { prefix: 'x' });
	const failed = { v1: false, dead: false };
	const watched = Object.assign(Object.create(store), {
		recordActivity: async ({ deployments }: ActivityReport) => {
			for (const { id, failureRate = 0, requestRate } of deployments) {
				if (failureRate > 0 && failureRate <= requestRate) failed[id as 'v1' | 'dead'] = true;
			}
		},
	});
	const { port } = await startRouter({ store: watched, deployments: { v1, dead: 1 } });
	await exchange(port, get('/?pulse_deployment=v1'));
	await exchange(port, get('/?pulse_deployment=dead'));
	await eventually(() => failed.v1 && failed.dead);
});

it('a promotion is confirmed at once, not at the next report: a rollback waits for it', async () => {
	vi.useFakeTimers({ toFake: ['setInterval'] });
	onTestFinished(() => void vi.useRealTimers());
	const { store, router } = await startRouter({ deployments: { v1: 1, v2: 2 }, active: 'v1' });
	const confirmed = async () =>
		(await store.activity()).replicas.find(({ replicaId }) => replicaId === router.replicaId)?.revision ?? 0;
	await eventually(async () => (await confirmed()) > 0);
	await store.promote('v2', 'v2');
	const { revision } = await store.snapshot();
	await eventually(async () => (await confirmed()) >= revision);
});

it("an open websocket keeps its deployment in use, in the store's own count (R3.8)", async () => {
	const backend = await startRawBackend((socket) =>
		socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
	);
	const { port, store } = await startRouter({ deployments: { v1: backend.port } });
	const client = rawClient(
		port,
		'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n',
	);
	await client.until('\r\n\r\n');
	await eventually(async () => (await store.activity()).deployments.get('v1')?.sockets === 1);
	client.socket.destroy();
	await eventually(async () => (await store.activity()).deployments.get('v1')?.sockets === 0);
});

it('metrics count requests, failures, bytes and sockets by deployment, on a port of their own', async () => {
	const v1 = await startBackend((_, response) => response.end('12345'));
	const { port, router } = await startRouter({ deployments: { v1, dead: 1 } });
	const metrics = openMetrics(router.context, router.table);
	const endpoint = await metrics.listen(0);
	onTestFinished(() => endpoint.close());
	for (let i = 0; i < 3; i++) await exchange(port, get('/'));
	await exchange(port, get('/?pulse_deployment=dead'));
	await exchange(port, get('/_pulse/internal'));
	const text = await exchange(endpoint.port, get('/metrics'));
	for (const line of [
		'pulse_router_requests_total{deployment="v1"} 3',
		'pulse_router_response_bytes_total{deployment="v1"} 15',
		'pulse_router_failures_total{deployment="dead",cause="unreachable"} 1',
		'pulse_router_failures_total{deployment="",cause="internal-path"} 1',
		'pulse_router_open_sockets{deployment="v1"} 0',
		'pulse_router_store_reachable 1',
		'pulse_router_snapshot_age_seconds 0',
	]) {
		expect(text).toContain(line);
	}
	expect(await exchange(endpoint.port, get('/'))).toMatch(/^HTTP\/1\.1 404 /);
	// Twice, because a counter that is read must not grow by it.
	expect(await exchange(endpoint.port, get('/metrics'))).toContain('pulse_router_requests_total{deployment="v1"} 3');
});

it('a deployment that is gone leaves the labels', async () => {
	const { port, router, store } = await startRouter({
		deployments: { v1: await startNamedBackend('v1'), v2: await startNamedBackend('v2') },
	});
	await exchange(port, get('/?pulse_deployment=v2'));
	expect([...router.context.upstreams.all()].map((one) => one.id)).toEqual(['v2']);
	await store.remove('v2');
	await eventually(() => [...router.context.upstreams.all()].length === 0);
});
