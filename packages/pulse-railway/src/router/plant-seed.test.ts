import { systemClock } from 'pulse-deploy-kit/clock';
import { expect, it } from 'vitest';
import { StoreUnavailableError } from '../deployments/errors.ts';
import { parseSeed, seedText } from '../deployments/seed.ts';
import { openStore } from '../stores/open.ts';
import type { Log } from './log.ts';
import { plantSeed } from './plant-seed.ts';

const log = { note: () => {} } as unknown as Log;
const truth = { activeId: 'v2', services: ['v1', 'v2'].map((id) => ({ id, serviceName: `svc-${id}` })) };
const seed = { truth, until: Date.now() + 60_000 };
const open = () => openStore('memory:', { prefix: 'p' });
const states = async (store: Awaited<ReturnType<typeof open>>) => {
	const { activeId, deployments } = await store.snapshot();
	return { activeId, deployments: Object.fromEntries(deployments.map(({ id, state }) => [id, state])) };
};

it('a store that knows nobody learns who is active and who drains', async () => {
	const store = await open();
	await plantSeed(seed, store, log, systemClock);
	expect(await states(store)).toEqual({ activeId: 'v2', deployments: { v1: 'draining', v2: 'active' } });
});

it('a store that knows an active deployment is left as it is, whatever the seed says', async () => {
	const store = await open();
	await store.promote('v3', 'svc-v3');
	const before = await store.snapshot();
	await plantSeed(seed, store, log, systemClock);
	expect(await store.snapshot()).toEqual(before);
});

it('several routers that start at once plant it once', async () => {
	const store = await open();
	await Promise.all(Array.from({ length: 8 }, () => plantSeed(seed, store, log, systemClock)));
	const { revision } = await store.snapshot();
	await plantSeed(seed, store, log, systemClock);
	expect(await store.snapshot()).toMatchObject({ revision, activeId: 'v2' });
});

it('a seed that is out of date is not planted: the truth has moved on', async () => {
	const store = await open();
	await plantSeed({ ...seed, until: Date.now() - 1 }, store, log, systemClock);
	expect(await states(store)).toEqual({ activeId: null, deployments: {} });
});

it('waits for a store that a new container cannot reach yet', async () => {
	const store = await open();
	let failures = 2;
	const late = new Proxy(store, {
		get: (target, name) =>
			name === 'snapshot' && failures-- > 0
				? async () => Promise.reject(new StoreUnavailableError('ENOTFOUND'))
				: Reflect.get(target, name).bind(target),
	});
	await plantSeed(seed, late, log, systemClock);
	expect(await states(store)).toMatchObject({ activeId: 'v2' });
});

it('reads what upgrade writes, and nothing else', () => {
	expect(parseSeed(seedText(seed))).toEqual(seed);
	for (const text of ['', '{}', '{"activeId":"v9","services":{"v1":"a"},"until":1}', 'null', '{"activeId":"../x"}']) {
		expect(parseSeed(text)).toBeNull();
	}
});
