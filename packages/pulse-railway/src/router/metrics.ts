import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AggregatorRegistry, type CollectFunction, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Upstream } from 'pulse-edge/forward/claim';
import type { ForwardContext } from 'pulse-edge/forward/context';
import type { Lines } from 'pulse-edge/report/log';
import type { RoutingTable } from './snapshot.ts';

export interface Metrics {
	/** In a worker: tells the primary when it asks. */
	answerPrimary(): void;
	/** A backend connection was made within this many milliseconds. */
	connected(ms: number): void;
	/** Serves `/metrics` on its own port, so that the public one never does. */
	listen(port: number): Promise<MetricsEndpoint>;
}

/**
 * Prometheus metrics. Requests only bump plain numbers; they are read when the metrics are asked for. Deployments as labels are
 * bounded, because only known ones are counted and those that are gone are forgotten.
 */
export function openMetrics(context: ForwardContext, table: RoutingTable): Metrics {
	const registry = new Registry();
	const perDeployment = (
		kind: typeof Gauge | typeof Counter,
		name: string,
		help: string,
		value: (one: Upstream) => number,
	) => {
		const collect: CollectFunction<Gauge<'deployment'>> = function (this: Gauge<'deployment'>) {
			this.reset();
			for (const one of context.upstreams.all()) this.inc({ deployment: one.id }, value(one));
		};
		new kind({ name, help, labelNames: ['deployment'], registers: [registry], collect: collect as never });
	};
	perDeployment(Counter, 'pulse_router_requests_total', 'Requests forwarded', (one) => one.requests);
	perDeployment(
		Counter,
		'pulse_router_request_bytes_total',
		'Body and websocket bytes from clients',
		(one) => one.bytesIn,
	);
	perDeployment(
		Counter,
		'pulse_router_response_bytes_total',
		'Body and websocket bytes to clients',
		(one) => one.bytesOut,
	);
	perDeployment(Gauge, 'pulse_router_requests_in_flight', 'Requests under way', (one) => one.inFlight);
	perDeployment(Gauge, 'pulse_router_open_sockets', 'Open websockets', (one) => one.sockets);
	new Counter({
		name: 'pulse_router_failures_total',
		help: 'Requests that the router failed or refused, by cause',
		labelNames: ['deployment', 'cause'],
		registers: [registry],
		collect() {
			this.reset();
			for (const [cause, count] of Object.entries(context.failures)) this.inc({ deployment: '', cause }, count);
			for (const one of context.upstreams.all()) {
				for (const [cause, count] of Object.entries(one.failures)) this.inc({ deployment: one.id, cause }, count);
			}
		},
	});
	/** `aggregator`: over all workers. */
	const gauge = (name: string, help: string, aggregator: 'sum' | 'min' | 'max', value: () => number) =>
		new Gauge({
			name,
			help,
			aggregator,
			registers: [registry],
			collect() {
				this.set(value());
			},
		});
	const age = () => {
		const { ageMs } = table.status();
		return ageMs === null ? -1 : ageMs / 1000;
	};
	gauge(
		'pulse_router_snapshot_age_seconds',
		'Age of the routing snapshot; 0 while the store is watched, -1 without one',
		'max',
		age,
	);
	gauge('pulse_router_snapshot_revision', 'Revision of the routing snapshot', 'min', () => table.revision);
	gauge('pulse_router_store_reachable', '1 while the store is watched', 'min', () =>
		table.status().storeReachable ? 1 : 0,
	);
	gauge('pulse_router_backend_connections', 'Open connections for requests', 'sum', () => context.pool.open);
	gauge('pulse_router_resident_bytes', 'Resident memory of this process', 'sum', () => process.memoryUsage.rss());
	const connect = new Histogram({
		name: 'pulse_router_backend_connect_seconds',
		help: 'Time to connect to a backend, name resolution included',
		buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2, 10, 30],
		registers: [registry],
	});
	return {
		answerPrimary() {
			// Its constructor listens; the registries are shared by the whole class.
			new AggregatorRegistry();
			AggregatorRegistry.setRegistries([registry]);
		},
		connected: (ms) => connect.observe(ms / 1000),
		listen: (port) => serveMetrics(() => registry.metrics(), port),
	};
}

export interface MetricsEndpoint {
	readonly port: number;
	close(): Promise<void>;
}

/** Traffic matters more than figures about it: a port that is taken is told, and no reason to end. */
export function orWithout(
	endpoint: Promise<MetricsEndpoint>,
	lines: Pick<Lines, 'warn'>,
): Promise<MetricsEndpoint | null> {
	return endpoint.catch((error: Error) => {
		lines.warn({ event: 'metrics-not-served', error: error.message }, 'metrics port not opened');
		return null;
	});
}

/** In the primary: the sum over all workers. */
export function serveWorkersMetrics(port: number): Promise<MetricsEndpoint> {
	const registry = new AggregatorRegistry();
	return serveMetrics(() => registry.clusterMetrics(), port);
}

/** `GET /metrics`, nothing else. */
async function serveMetrics(text: () => Promise<string>, port: number): Promise<MetricsEndpoint> {
	const server = createServer((request, response) => {
		if (request.method !== 'GET' || request.url !== '/metrics') {
			response.writeHead(404).end();
			return;
		}
		text().then(
			(body) => response.writeHead(200, { 'content-type': Registry.PROMETHEUS_CONTENT_TYPE }).end(body),
			() => response.writeHead(500).end(),
		);
	});
	await new Promise<void>((resolve, reject) => {
		// For good: later ones are connections that could not be accepted, and would end the process.
		server.on('error', reject);
		server.listen(port, resolve);
	});
	return {
		port: (server.address() as AddressInfo).port,
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}
