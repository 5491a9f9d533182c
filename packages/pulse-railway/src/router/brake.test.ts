import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { ask, DOCUMENT } from '../../../pulse-edge/src/testing/ask.ts';
import { eventually } from '../../../pulse-edge/src/testing/eventually.ts';
import { startBackend } from '../../../pulse-edge/src/testing/sockets.ts';
import type { DeploymentRecord } from '../deployments/record.ts';
import type { DeploymentStore } from '../deployments/store.ts';
import { openStore } from '../stores/open.ts';
import { startRouter, type TestRouter } from './testing/router.ts';

/** As a user's rollout, with its times in milliseconds. */
const TERMS = { share: 5_000, next: [7_500, 10_000], everyMs: 400 };
const FIXED = { share: 5_000, next: [], everyMs: null };

let store: DeploymentStore;
let routers: TestRouter[];
let halted: DeploymentRecord[];
let failing: { one: number; two: number };
let opened = 0;

beforeEach(async () => {
	store = await openStore('memory:', { prefix: 'brake' });
	onTestFinished(() => store.close());
	failing = { one: 0, two: 0 };
	halted = [];
	const app = (name: 'one' | 'two') => {
		let asked = 0;
		return startBackend((_, response) => {
			// Spread evenly, and the same in each run.
			if ((asked++ * 37) % 100 < failing[name] * 100) response.statusCode = 500;
			response.end(name);
		});
	};
	const deployments = { one: await app('one'), two: await app('two') };
	const options = { store, deployments, brakeMs: 20, onHalted: (record: DeploymentRecord) => void halted.push(record) };
	routers = [await startRouter(options), await startRouter({ ...options, deployments: {} })];
	for (const [id, port] of Object.entries(deployments))
		routers[1]!.network.services.set(id, { host: '127.0.0.1', port });
});

/** New visitors, by one router and the other in turn; each opens a page. */
async function visitors(count: number): Promise<Record<string, number>> {
	const got: Record<string, number> = {};
	for (let left = count; left > 0; left -= 20) {
		const answers = await Promise.all(
			Array.from({ length: Math.min(20, left) }, () => {
				opened++;
				const headers = { ...DOCUMENT, 'user-agent': `Browser ${opened}` };
				return ask(routers[opened % 2]!.port, '/', { headers });
			}),
		);
		for (const { headers } of answers) {
			const id = String(headers['x-pulse-selected-deployment']);
			got[id] = (got[id] ?? 0) + 1;
		}
	}
	return got;
}

async function begin(terms: Parameters<DeploymentStore['beginCanary']>[1]) {
	const canary = await store.beginCanary('two', terms);
	for (const { settled } of routers) await settled();
	return canary;
}

const events = async () => (await store.history()).map(({ event, id }) => `${event} ${id}`);

it('halts a canary that fails, by what two routers have counted together, once, and tells why (R4.15) (R8.8)', async () => {
	failing = { one: 0.01, two: 0.2 };
	const { beganAt } = await begin(FIXED);
	for (let round = 0; round < 40 && (await store.snapshot()).canary !== undefined; round++) await visitors(40);
	await eventually(() => halted.length > 0);
	expect(halted).toHaveLength(1);
	const { deployments } = await store.snapshot();
	const two = deployments.find(({ id }) => id === 'two');
	expect(two).toMatchObject({ state: 'draining', neverActive: true, departure: { recalled: true } });
	expect((two?.departure?.by ?? 0) - Date.now()).toBeGreaterThan(590_000);
	expect(await events()).toEqual(['activated one', 'canary two', 'halted two', 'recalled two']);
	const why = (await store.history()).find(({ event }) => event === 'halted')?.because ?? '';
	expect(why).toMatch(/^\d+ of \d+ requests failed, beside it \d+ of \d+$/);
	// Neither router alone had seen all of it.
	const [failures, requests] = [...why.matchAll(/\d+/g)].map(([digits]) => Number(digits));
	expect(requests).toBeGreaterThanOrEqual(100);
	expect((await store.canaryCount(beganAt)).canary.trials).toBeGreaterThanOrEqual(requests!);
	expect(failures).toBeGreaterThanOrEqual(5);
	for (const { settled } of routers) await settled();
	expect(await visitors(40)).toEqual({ one: 40 });
});

it('leaves a canary alone that fails no more than the active version', async () => {
	failing = { one: 0.2, two: 0.2 };
	const { beganAt } = await begin(FIXED);
	const got = await visitors(400);
	expect(got.two).toBeGreaterThan(120);
	await eventually(async () => (await store.canaryCount(beganAt)).canary.trials === got.two);
	expect((await store.snapshot()).canary).toMatchObject({ id: 'two', share: 5_000 });
	expect(halted).toEqual([]);
});

it('widens it by schedule, when it has served enough to be judged, and no sooner', async () => {
	await begin(TERMS);
	await visitors(60);
	await new Promise((resolve) => setTimeout(resolve, 600));
	expect((await store.snapshot()).canary).toMatchObject({ share: 5_000 });
	await visitors(300);
	await eventually(async () => (await store.snapshot()).canary?.share === 10_000);
	// All new visitors get it; to make it the active one is not a router's.
	await new Promise((resolve) => setTimeout(resolve, 100));
	expect(await store.snapshot()).toMatchObject({ activeId: 'one', canary: { id: 'two', share: 10_000, next: [] } });
	expect(await events()).toEqual(['activated one', 'canary two', 'widened two', 'widened two']);
	expect(await visitors(20)).toEqual({ two: 20 });
});

it('a router that has lost the store stops by itself to send visitors to what fails, and halts it when the store is back', async () => {
	failing = { one: 0, two: 1 };
	await begin(FIXED);
	const away = () => Promise.reject(new Error('store away'));
	const { recordCanary, canaryCount, endCanary } = store;
	Object.assign(store, { recordCanary: away, canaryCount: away, endCanary: away });
	for (let round = 0; round < 30 && routers.some(({ router }) => router.table.canary !== null); round++)
		await visitors(60);
	expect(routers.map(({ router }) => router.table.canary)).toEqual([null, null]);
	expect(await visitors(40)).toEqual({ one: 40 });
	expect(routers[0]!.lines.some(({ event }) => event === 'canary-stopped')).toBe(true);
	Object.assign(store, { recordCanary, canaryCount, endCanary });
	await eventually(async () => (await store.snapshot()).canary === undefined);
	expect(await events()).toEqual(['activated one', 'canary two', 'halted two', 'recalled two']);
});
