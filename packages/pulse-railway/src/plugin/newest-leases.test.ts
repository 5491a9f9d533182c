import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { App } from 'pulse-app';
import { expect, it, onTestFinished } from 'vitest';
import { startRouter } from '../router/testing/router.ts';
import { RailwayPlugin } from './railway-plugin.ts';

const TOKEN = 'internal-token';

/** A private network whose router listens there, in a file as the local platform writes it. */
function network(services: Record<string, string>): string {
	const folder = mkdtempSync(join(tmpdir(), 'pulse-network-'));
	onTestFinished(() => rmSync(folder, { recursive: true }));
	const file = join(folder, 'network.json');
	writeFileSync(file, JSON.stringify(services));
	return file;
}

async function replica(id: string, file: string, more: Record<string, string> = {}, plugin = new RailwayPlugin()) {
	const lines: Record<string, unknown>[] = [];
	const did: string[] = [];
	const app = new App({ listener: (_, response) => response.end('app'), plugins: [plugin] });
	app.whenNewest(
		() => did.push('start'),
		() => did.push('stop'),
	);
	const running = await app.listen({
		port: 0,
		address: '127.0.0.1',
		logger: pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) }),
		env: {
			PULSE_DEPLOYMENT_ID: id,
			PULSE_RAILWAY_INTERNAL_TOKEN: TOKEN,
			PULSE_RAILWAY_PRIVATE_NETWORK: file,
			...more,
		},
	});
	onTestFinished(() => running.close({ budgetMs: 0 }));
	return { did, running, lines };
}

const warnings = (lines: readonly Record<string, unknown>[]) =>
	lines.filter(({ level }) => Number(level) >= 40).map(({ why }) => why);

it('one replica of the newest deployment runs what the app gave to whenNewest, by the word of the router (R10.12)', async () => {
	const { port, store } = await startRouter({ deployments: { v1: 1, v2: 2 }, internalToken: TOKEN });
	// A store that has granted it before: the very first grant takes the time of a lease.
	await store.newest({ id: 'v1', owner: 'v1', token: 'first', ttlMs: 1, remembered: null });
	const file = network({ 'shop-router': `127.0.0.1:${port}` });
	// A deploy says which service the router is; a plugin's options say it where an older command deployed.
	const said = { PULSE_RAILWAY_SERVICE: 'shop-router' };
	const byOptions = new RailwayPlugin({ routerService: 'router', servicePrefix: 'shop' });
	const first = await replica('v1', file, said);
	await expect.poll(() => first.did).toEqual(['start']);
	const [second, next] = [await replica('v1', file, {}, byOptions), await replica('v2', file, said)];
	await first.running.close();
	expect(first.did).toEqual(['start', 'stop']);
	await expect.poll(() => second.did).toEqual(['start']);
	await store.promote('v2', 'v2');
	await expect.poll(() => next.did).toEqual(['start']);
	expect(second.did).toEqual(['start', 'stop']);
	expect([first, second, next].flatMap(({ lines }) => warnings(lines))).toEqual([]);
}, 30_000);

it('an app waits where its router is of an older version or cannot be reached, and says so once (R10.12)', async () => {
	const { port } = await startRouter({ deployments: { v1: 1 } });
	const file = network({ 'pulse-router': `127.0.0.1:${port}` });
	const [older, alone] = [await replica('v1', file), await replica('v1', network({}))];
	await expect.poll(() => warnings(older.lines)).toHaveLength(1);
	await expect.poll(() => warnings(alone.lines)).toHaveLength(1);
	await new Promise((resolve) => setTimeout(resolve, 1_600));
	expect(warnings(older.lines)).toEqual([
		expect.stringMatching(/^the router 'pulse-router': .*pulse-railway upgrade$/),
	]);
	expect(warnings(alone.lines)).toEqual([expect.stringContaining('not on the private network')]);
	expect([older.did, alone.did]).toEqual([[], []]);
});

it('without a deployment id the app is the only one', async () => {
	const { did } = await replica('', network({}));
	await expect.poll(() => did).toEqual(['start']);
});
