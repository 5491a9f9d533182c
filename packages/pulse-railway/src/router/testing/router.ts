import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { eventually } from '../../../../pulse-edge/src/testing/eventually.ts';
import { TestNetwork } from '../../../../pulse-edge/src/testing/network.ts';
import type { DeploymentStore } from '../../deployments/store.ts';
import { openStore } from '../../stores/open.ts';
import { createLog } from '../log.ts';
import type { RouterOptions } from '../options.ts';
import { createRouter, type Router } from '../server.ts';

export interface TestRouter {
	readonly port: number;
	readonly router: Router;
	readonly store: DeploymentStore;
	readonly network: TestNetwork;
	/** Parsed log lines. */
	readonly lines: Record<string, unknown>[];
	/** Waits until the router knows of what the store said last. */
	settled(): Promise<void>;
}

export interface TestRouterOptions extends Partial<RouterOptions> {
	/** Backend port by deployment id, registered in this order; the first is the active one. */
	readonly deployments?: Readonly<Record<string, number>>;
	/** Default: the first of `deployments`. */
	readonly active?: string | null;
}

/** A router on a free port with a memory store, closed with the test. */
export async function startRouter(options: TestRouterOptions = {}): Promise<TestRouter> {
	const store = options.store ?? (await openStore('memory:', { prefix: 'test' }));
	const network = new TestNetwork();
	const ids = Object.keys(options.deployments ?? {});
	const active = options.active === undefined ? (ids[0] ?? null) : options.active;
	for (const id of ids) {
		network.services.set(id, { host: '127.0.0.1', port: options.deployments![id]! });
		if (id !== active) await store.register(id, id);
	}
	if (active !== null) await store.promote(active, active);
	const lines: Record<string, unknown>[] = [];
	const log = createLog(pino({ level: 'debug' }, { write: (line) => void lines.push(JSON.parse(line)) }), 'failures');
	const router = createRouter({ store, network, log, resolveRetryMs: 200, ...options });
	const { port } = await router.listen({ port: 0, host: '127.0.0.1' });
	onTestFinished(async () => {
		await router.close({ budgetMs: 0 });
		if (!options.store) await store.close();
	});
	const settled = async () => {
		const { revision } = await store.snapshot();
		await eventually(() => router.table.revision >= revision);
	};
	return { port, router, store, network, lines, settled };
}
