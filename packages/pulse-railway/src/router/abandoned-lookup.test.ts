import { expect, it } from 'vitest';
import type { DeploymentRecord } from '../deployments/record.ts';
import type { DeploymentStore } from '../deployments/store.ts';
import { openStore } from '../stores/open.ts';
import { eventually, startRouter } from './testing/router.ts';
import { exchange, get, rawClient, startNamedBackend } from './testing/sockets.ts';

/** A store whose answers about single deployments wait. */
async function slowStore() {
	const store = await openStore('memory:', { prefix: 'test' });
	const asked: (() => void)[] = [];
	const find = (id: string) =>
		new Promise<DeploymentRecord>((resolve) => {
			asked.push(() => resolve({ id, serviceName: id, state: 'pending', drainStartedAt: null, lastSeenAt: null }));
		});
	const slow: DeploymentStore = new Proxy(store, {
		get(target, name) {
			if (name === 'find') return find;
			const value = Reflect.get(target, name) as unknown;
			return typeof value === 'function' ? value.bind(target) : value;
		},
	});
	return { slow, asked };
}

it('a client that leaves while the store is asked leaves nothing in flight', async () => {
	const { slow, asked } = await slowStore();
	const backend = await startNamedBackend('new');
	const { port, router, network } = await startRouter({ store: slow, deployments: { v1: backend } });
	network.services.set('new', { host: '127.0.0.1', port: backend });
	const client = rawClient(port, get('/?pulse_deployment=new'));
	await eventually(() => asked.length === 1);
	client.socket.resetAndDestroy();
	// Another connection's whole exchange: by then the first one's end has been seen.
	await exchange(port, get('/'));
	const staying = rawClient(port, get('/?pulse_deployment=new'));
	for (const answer of asked) answer();
	await staying.until('"name":"new"');
	await eventually(() => router.context.exchanges.size === 0);
	expect([...router.context.upstreams.all()].map(({ id, inFlight, requests }) => ({ id, inFlight, requests }))).toEqual(
		[
			{ id: 'v1', inFlight: 0, requests: 1 },
			{ id: 'new', inFlight: 0, requests: 1 },
		],
	);
});
