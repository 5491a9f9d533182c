import { onTestFinished } from 'vitest';
import type { CanaryTraffic } from '../decide/canary.ts';
import type { Container, Routable, RouteTable } from '../decide/route-table.ts';
import { createEdge, type Edge } from '../entry/edge.ts';
import type { EdgeOptions } from '../entry/options.ts';
import type { Drawn } from '../page/drawn-visitor.ts';
import { jsonAnswer } from '../report/answer.ts';
import { createEdgeLog, type Lines } from '../report/log.ts';
import { TestNetwork } from './network.ts';

/** A table that a test moves. */
export class TestTable implements RouteTable {
	readonly loaded = true;
	activeId: string | null = null;
	canary: CanaryTraffic | null = null;
	drawn: Drawn | null = null;
	/** What each is from now on. */
	container: Container | undefined;
	readonly #known = new Map<string, Routable>();
	#promotions = 0;

	get hasContainers(): boolean {
		return [...this.#known.values()].some(({ container }) => container !== undefined);
	}

	deployment(id: string): Routable | undefined {
		return this.#known.get(id);
	}

	all(): Iterable<Routable> {
		return this.#known.values();
	}

	lookUp(_id: string): Promise<void> | null {
		return null;
	}

	register(id: string): void {
		this.#set(id, 'pending', null);
	}

	/** The one before drains. */
	promote(id: string): void {
		if (this.activeId !== null) this.#set(this.activeId, 'draining', Date.now() + this.#promotions++);
		this.#set(id, 'active', null);
		this.activeId = id;
	}

	retire(id: string): void {
		this.#set(id, 'retiring', Date.now());
	}

	/** Its pages are to have moved by then; `null`: not any more. */
	leaveBy(id: string, by: number | null): void {
		this.#known.set(id, { ...this.#known.get(id)!, departure: { by } });
	}

	#set(id: string, state: Routable['state'], drainStartedAt: number | null): void {
		const container = this.#known.get(id)?.container ?? this.container;
		this.#known.set(id, { id, serviceName: id, state, drainStartedAt, ...(container ? { container } : {}) });
	}
}

export interface TestEdge {
	readonly port: number;
	readonly edge: Edge;
	readonly table: TestTable;
	readonly network: TestNetwork;
	/** Logged, with their fields. */
	readonly lines: Record<string, unknown>[];
}

export interface TestEdgeOptions extends Partial<EdgeOptions> {
	readonly table?: TestTable;
	/** Backend port by deployment id, registered in this order; the first is the active one. */
	readonly deployments?: Readonly<Record<string, number>>;
	/** Default: the first of `deployments`. */
	readonly active?: string | null;
	/** All of them are container apps. */
	readonly container?: Container;
}

/** Where a test says nothing: its file may run a second time without Node's internals (`node/without-internals.test.ts`). */
export const edgeDefaults = { nodeInternals: true };

/** An edge on a free port that answers `GET /healthz` itself, closed with the test. */
export async function startEdge(options: TestEdgeOptions = {}): Promise<TestEdge> {
	const table = options.table ?? new TestTable();
	table.container = options.container;
	const network = new TestNetwork();
	const ids = Object.keys(options.deployments ?? {});
	const active = options.active === undefined ? (ids[0] ?? null) : options.active;
	for (const id of ids) {
		network.services.set(id, { host: '127.0.0.1', port: options.deployments![id]! });
		if (id !== active) table.register(id);
	}
	if (active !== null) table.promote(active);
	const lines: Record<string, unknown>[] = [];
	const keep = (fields: object, msg: string) => void lines.push(JSON.parse(JSON.stringify({ ...fields, msg })));
	const everything: Lines = { debug: keep, info: keep, warn: keep, error: keep };
	const edge = createEdge({
		network,
		log: createEdgeLog(everything, 'failures'),
		clock: { now: Date.now, sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
		own: (request, { path }) =>
			path === '/healthz' && request.method === 'GET' ? Promise.resolve(jsonAnswer(200, { ok: true })) : null,
		requestIdPrefix: '0123abcd',
		resolveRetryMs: 200,
		...edgeDefaults,
		...options,
		table,
	});
	const { port } = await edge.listen({ port: 0, host: '127.0.0.1' });
	onTestFinished(() => edge.close({ budgetMs: 0 }));
	return { port, edge, table, network, lines };
}
