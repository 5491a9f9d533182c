import { expect, it } from 'vitest';
import { startEdge, TestTable } from '../testing/edge.ts';
import { eventually } from '../testing/eventually.ts';
import { exchange, get, rawClient, startNamedBackend } from '../testing/sockets.ts';

/** A table whose answers about single deployments wait. */
class SlowTable extends TestTable {
	readonly asked: (() => void)[] = [];

	override lookUp(id: string): Promise<void> {
		return new Promise((resolve) => {
			this.asked.push(() => {
				this.register(id);
				resolve();
			});
		});
	}
}

it('a client that leaves while the table asks leaves nothing in flight', async () => {
	const slow = new SlowTable();
	const { asked } = slow;
	const backend = await startNamedBackend('new');
	const { port, edge, network } = await startEdge({ table: slow, deployments: { v1: backend } });
	network.services.set('new', { host: '127.0.0.1', port: backend });
	const client = rawClient(port, get('/?pulse_deployment=new'));
	await eventually(() => asked.length === 1);
	client.socket.resetAndDestroy();
	// Another connection's whole exchange: by then the first one's end has been seen.
	await exchange(port, get('/'));
	const staying = rawClient(port, get('/?pulse_deployment=new'));
	for (const answer of asked) answer();
	await staying.until('"name":"new"');
	await eventually(() => edge.context.exchanges.size === 0);
	expect([...edge.context.upstreams.all()].map(({ id, inFlight, requests }) => ({ id, inFlight, requests }))).toEqual([
		{ id: 'v1', inFlight: 0, requests: 1 },
		{ id: 'new', inFlight: 0, requests: 1 },
	]);
});
