import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Secret } from 'pulse-deploy-kit/secret';
import { expect, it, onTestFinished, vi } from 'vitest';
import { IMPORT_APP, pulse } from '../../../pulse-app/src/testing/pulse-process.ts';
import { openBackends } from '../backends/backends.ts';
import { startRouter } from './testing/router.ts';
import { Visitor } from './testing/visitor.ts';

vi.setConfig({ testTimeout: 60_000 });

const TOKEN = 'internal-token';
const PLUGIN = fileURLToPath(new URL('../../dist/index.js', import.meta.url));

/** Everything that it knows is in the memory of its process. */
const APP = `${IMPORT_APP}
import { RailwayPlugin } from ${JSON.stringify(PLUGIN)};
let forms = 0;
const app = new App({
	plugins: [new RailwayPlugin()],
	channels: {
		counter: (channel) => {
			let count = 0;
			channel.on('increment', () => ({ pid: process.pid, count: ++count }));
		},
	},
	render: ({ form }) => ({ action: form('send', () => void (forms += 1)) }),
	listener: async (request, response) => {
		if (request.url === '/') return response.setHeader('cache-control', 'no-store').end(app.client.head);
		let bytes = 0;
		for await (const piece of request) bytes += piece.length;
		response.end(JSON.stringify({ pid: process.pid, bytes, forms }));
	},
});
export default app;`;

/** One deployment of so many processes of `pulse run`, behind a router. */
async function replicas(count: number, env: Record<string, string> = {}) {
	const variables = { PULSE_DEPLOYMENT_ID: 'blue', PULSE_RAILWAY_INTERNAL_TOKEN: TOKEN, ...env };
	const apps = Array.from({ length: count }, () =>
		pulse(['run', 'app.ts', '--port', '0'], { source: APP, env: variables }),
	);
	const ports = await Promise.all(apps.map(async (app) => Number(new URL(await app.url()).port)));
	const { network, port, store } = await startRouter({ deployments: { blue: ports[0]! }, replicaSecret: TOKEN });
	const addresses = ports.map((at) => ({ host: '127.0.0.1', port: at }));
	network.several.set('blue', addresses);
	return { network, store, apps, addresses, url: `http://127.0.0.1:${port}` };
}

async function open(url: string, count: number): Promise<Visitor[]> {
	const visitors = await Promise.all(Array.from({ length: count }, () => Visitor.open(url)));
	onTestFinished(() => visitors.forEach((visitor) => void visitor.close()));
	return visitors;
}

interface Counted {
	readonly pid: number;
	readonly count: number;
}

it('pages on three replicas keep what they count, over reconnects, and by fetch, forms and uploads (R2.22, R10.3)', async () => {
	const { url, apps, network, addresses, store } = await replicas(3);
	const visitors = await open(url, 9);
	const pids = new Map<number, number>();
	for (const visitor of visitors) {
		const { query } = visitor.directives;
		expect(query).toEqual({ pulse_deployment: 'blue', pulse_replica: expect.stringMatching(/^[\w-]{22}$/) });
	}
	await Promise.all(
		visitors.map(async (visitor) => {
			await visitor.connect();
			const { pid } = (await visitor.request('counter', 'increment')) as Counted;
			pids.set(pid, (pids.get(pid) ?? 0) + 1);
			for (let count = 2; count <= 3; count++) {
				visitor.close();
				await visitor.connect();
				expect(await visitor.request('counter', 'increment')).toEqual({ pid, count });
				const upload = await visitor.fetch('/upload', { method: 'PUT', body: 'x'.repeat(200_000) });
				expect(await upload.json()).toMatchObject({ pid, bytes: 200_000 });
				const form = await visitor.fetch(visitor.form, { method: 'POST', body: new URLSearchParams({ a: '1' }) });
				expect(form.status).toBe(204);
			}
			expect(await (await visitor.fetch('/where')).json()).toMatchObject({ pid });
			expect(visitor.reload).toBe(false);
		}),
	);
	expect([...pids.values()]).toEqual([3, 3, 3]);
	expect([...pids.keys()].sort()).toEqual(apps.map(({ child }) => child.pid).sort());

	// The janitor and the commands ask all of them, and tell all of them.
	const backends = openBackends({ network, port: 8_000, token: new Secret(TOKEN) });
	onTestFinished(() => backends.close());
	const record = (await store.snapshot()).deployments[0]!;
	expect(await backends.sessions(record)).toMatchObject({ reachable: true, total: 9, connected: 9, drainable: false });
	expect((await backends.reload(record, { within: 0 })).told).toBe(9);
	await expect.poll(() => visitors.every(({ reload }) => reload), { timeout: 10_000 }).toBe(true);
	apps[2]?.child.kill('SIGKILL');
	await apps[2]?.exit;
	expect(await backends.sessions(record)).toMatchObject({
		reachable: false,
		detail: expect.stringMatching(/^1 of 3 replicas: /),
	});
	network.several.set('blue', addresses.slice(0, 2));
	expect(await backends.sessions(record)).toMatchObject({ reachable: true, replicas: 2 });
});

it('a replica that is killed under load: its own pages load anew, and nobody else sees an error (R2.22, P1.8)', async () => {
	const { apps, url } = await replicas(3);
	const visitors = await open(url, 9);
	const killed = apps[1]?.child.pid;
	const own: Visitor[] = [];
	const errors: string[] = [];
	let over = false;
	const live = visitors.map(async (visitor) => {
		await visitor.connect();
		let { pid, count } = (await visitor.request('counter', 'increment')) as Counted;
		if (pid === killed) own.push(visitor);
		while (!over && !visitor.reload) {
			try {
				const next = (await visitor.request('counter', 'increment')) as Counted;
				if (next.pid !== pid || next.count !== count + 1) throw new Error(`${JSON.stringify(next)} after ${count}`);
				count = next.count;
				const answer = await visitor.fetch('/where', { method: 'POST', body: 'x' });
				if (answer.headers.get('x-pulse-stale-affinity') === '1') visitor.reload = true;
				else if (!answer.ok) throw new Error(`answered ${answer.status}`);
			} catch (error) {
				if (pid !== killed) errors.push(String(error));
			}
			await sleep(10);
		}
	});
	const others = (async () => {
		while (!over) {
			const page = await fetch(url, { headers: { 'sec-fetch-dest': 'document' } });
			if (!page.ok) errors.push(`a new page: ${page.status}`);
			await page.text();
			await sleep(5);
		}
	})();
	await expect.poll(() => own.length, { timeout: 20_000 }).toBe(3);
	await sleep(200);
	apps[1]?.child.kill('SIGKILL');
	await expect.poll(() => own.every(({ reload }) => reload), { timeout: 20_000 }).toBe(true);
	await sleep(300);
	over = true;
	await Promise.all([...live, others]);
	expect(errors).toEqual([]);
	expect(visitors.filter(({ reload }) => reload)).toHaveLength(3);
	// Loaded anew they are with those who are left.
	for (const visitor of await open(url, 3)) {
		await visitor.connect();
		expect(((await visitor.request('counter', 'increment')) as Counted).pid).not.toBe(killed);
	}
});

it('an app or a router that knows no replicas leaves pages where they were before (R2.22)', async () => {
	const { url, addresses } = await replicas(2, { PULSE_RAILWAY_INTERNAL_TOKEN: '' });
	const older = await startRouter({ deployments: { blue: addresses[0]!.port } });
	older.network.several.set('blue', addresses);
	for (const router of [url, `http://127.0.0.1:${older.port}`]) {
		const pids = new Set<number>();
		for (const visitor of await open(router, 3)) {
			expect(visitor.directives.query).toEqual({ pulse_deployment: 'blue' });
			for (let count = 1; count <= 2; count++) {
				await visitor.connect();
				const counted = (await visitor.request('counter', 'increment')) as Counted;
				expect(counted.count).toBe(count);
				pids.add(counted.pid);
				visitor.close();
			}
			expect(visitor.reload).toBe(false);
		}
		expect(pids.size).toBe(1);
	}
});
