import { expect, it } from 'vitest';
import { exchange, get, startNamedBackend } from '../../../pulse-edge/src/testing/sockets.ts';
import type { DeploymentRecord } from '../deployments/record.ts';
import { openStore } from '../stores/open.ts';
import { Lookups } from './lookup.ts';
import { RoutingTable } from './snapshot.ts';
import { startRouter } from './testing/router.ts';
import { silentLog } from './testing/silent-log.ts';

const record: DeploymentRecord = {
	id: 'v1',
	serviceName: 'v1',
	state: 'pending',
	drainStartedAt: null,
	lastSeenAt: null,
};

function counted(answer: () => Promise<DeploymentRecord | null>) {
	let time = 0;
	let asked = 0;
	const store = {
		find: () => {
			asked++;
			return answer();
		},
	};
	const lookups = new Lookups({ store, now: () => time, budgetMs: 50 });
	const pass = (ms: number) => {
		time += ms;
	};
	return { lookups, asked: () => asked, pass };
}

it('many requests for one id ask once', async () => {
	const { lookups, asked } = counted(async () => record);
	const found = await Promise.all(Array.from({ length: 50 }, () => lookups.find('v1')));
	expect(found.every((one) => one === record)).toBe(true);
	expect(asked()).toBe(1);
});

it('"not there" is believed for a second', async () => {
	const { lookups, asked, pass } = counted(async () => null);
	await lookups.find('v1');
	pass(999);
	await lookups.find('v1');
	expect(asked()).toBe(1);
	pass(2);
	await lookups.find('v1');
	expect(asked()).toBe(2);
});

it('a flood of ids asks the store a bounded number of times at once', async () => {
	let running = 0;
	let most = 0;
	const { lookups, asked } = counted(async () => {
		most = Math.max(most, ++running);
		await new Promise((resolve) => setTimeout(resolve, 5));
		running--;
		return null;
	});
	await Promise.all(Array.from({ length: 5_000 }, (_, i) => lookups.find(`id-${i}`)));
	expect(most).toBeLessThanOrEqual(16);
	expect(asked()).toBeLessThanOrEqual(16);
});

it('a store that fails or hangs knows nothing, and holds nobody up for long', async () => {
	const failing = counted(async () => Promise.reject(new Error('down')));
	expect(await failing.lookups.find('v1')).toBeNull();
	const hanging = counted(() => new Promise<never>(() => {}));
	expect(await hanging.lookups.find('v1')).toBeNull();
});

it('the store is asked only about well-formed ids', async () => {
	const asked: string[] = [];
	const store = await openStore('memory:', { prefix: 'x' });
	const find = async (id: string) => {
		asked.push(id);
		return null;
	};
	const table = new RoutingTable({
		store: Object.assign(Object.create(store), { find }),
		log: silentLog,
		now: Date.now,
	});
	for (const malformed of ['UPPER', 'a'.repeat(25), '-x', 'a/b']) expect(table.lookUp(malformed), malformed).toBeNull();
	await table.lookUp('gone');
	expect(asked).toEqual(['gone']);
});

it('a deployment registered a moment ago is served although the watch has not told of it', async () => {
	const store = await openStore('memory:', { prefix: 'x' });
	await store.promote('v1', 'v1');
	// A watch that only ever tells the first snapshot.
	const first = await store.snapshot();
	const late = Object.assign(Object.create(store), {
		watch: (watcher: { onSnapshot(snapshot: unknown): void }) => watcher.onSnapshot(first),
	});
	const { port, network } = await startRouter({ store: late, deployments: { v1: await startNamedBackend('v1') } });
	network.services.set('v2', { host: '127.0.0.1', port: await startNamedBackend('v2') });
	expect(await exchange(port, get('/?pulse_deployment=v2'))).toMatch(/^HTTP\/1\.1 409 /);
	await store.register('v3', 'v3');
	network.services.set('v3', { host: '127.0.0.1', port: await startNamedBackend('v3') });
	expect(await exchange(port, get('/?pulse_deployment=v3'))).toContain('"name":"v3"');
});
