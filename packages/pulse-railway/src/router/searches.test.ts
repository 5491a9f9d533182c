import type { RequestListener } from 'node:http';
import { expect, it } from 'vitest';
import { eventually } from '../../../pulse-edge/src/testing/eventually.ts';
import { exchange, get, startBackend } from '../../../pulse-edge/src/testing/sockets.ts';
import { decide } from '../janitor/decide.ts';
import { startRouter } from './testing/router.ts';

const asset = (path: string, more: string[] = []) => get(path, ['Sec-Fetch-Dest: script', ...more]);
const missing: RequestListener = (_, response) => void response.writeHead(404).end('nothing here');

/** A draining deployment `old` behind an active one that has no asset. */
async function skewed(old: RequestListener) {
	const deployments = { old: await startBackend(old), active: await startBackend(missing) };
	const router = await startRouter({ deployments });
	await router.store.promote('active', 'active');
	await router.settled();
	return router;
}

it('searches keep no draining deployment: they are in flight, and no activity (decision 21)', async () => {
	const release: (() => void)[] = [];
	const old: RequestListener = (request, response) => {
		if (request.url === '/slow.js') release.push(() => response.end('slow'));
		else if (request.url === '/found.js') response.end('found');
		else response.writeHead(404).end();
	};
	const { port, store, router } = await skewed(old);
	await exchange(port, get('/', ['X-Pulse-Deployment: old']));
	const seen = async () => (await store.activity()).deployments.get('old')!;
	await eventually(async () => ((await seen()).lastSeenAt ?? 0) > 0);
	const before = await seen();
	const janitor = async () => {
		const record = { ...(await store.find('old'))!, drainStartedAt: before.lastSeenAt! - 1_800_000 };
		const sessions = { reachable: true, total: 0, connected: 0, drainable: true } as const;
		const policy = { drainGraceMs: 60_000, maxDrainAgeMs: 86_400_000, rollbackWindowMs: 0, rollbackKeep: 1 };
		const facts = { record, activity: await seen(), sessions, tabsWholeAt: null, rollbackUntil: null };
		return decide(facts, policy, before.lastSeenAt! + 60_001);
	};
	await eventually(() => Date.now() > before.lastSeenAt!);
	// What every new visitor asks by itself, and what only the old one still has.
	for (const path of ['/favicon.ico', '/found.js']) await exchange(port, asset(path));
	const slow = exchange(port, asset('/slow.js'));
	await eventually(async () => (await seen()).inFlight === 1);
	expect(await janitor()).toMatchObject({ action: 'keep', reason: 'still_active', detail: '1 request' });
	for (const answer of release) answer();
	expect(await slow).toMatch(/slow$/);
	await eventually(async () => (await seen()).inFlight === 0);
	expect(await seen()).toMatchObject({ lastSeenAt: before.lastSeenAt, sockets: 0 });
	expect(await janitor()).toMatchObject({ action: 'delete', reason: 'drainable' });
	expect([...router.context.upstreams.all()].find(({ id }) => id === 'old')!.requests).toBe(1);
});

it('a deployment that was only ever searched was never seen', async () => {
	const { port, store } = await skewed(missing);
	await exchange(port, asset('/a.js'));
	await eventually(async () => (await store.activity()).replicas.length === 1);
	expect((await store.activity()).deployments.get('old')!.lastSeenAt).toBeNull();
	expect((await store.find('old'))!.lastSeenAt).toBeNull();
});
