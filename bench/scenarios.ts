import type { LoadRequest } from './load.ts';

export interface Scenario {
	readonly name: string;
	readonly load: Pick<LoadRequest, 'kind' | 'target' | 'connections'> & Partial<Pick<LoadRequest, 'head'>>;
	/** Names of the peers that take part; absent: all but the variants. */
	readonly peers?: readonly string[];
	/** What one operation moves, in MB: CPU is then given for each MB. */
	readonly megabytes?: number;
}

export const ROUTER = 'router';
export const TWO_WORKERS = 'router 2 workers';
export const NGINX_TWO_WORKERS = 'nginx 2 workers';
export const withDeployments = (count: number) => `router ${count} deployments`;
const COUNTS = [1, 10, 100];

/** The router and nginx in other arrangements, beside their plain selves. */
export const VARIANTS = [NGINX_TWO_WORKERS, TWO_WORKERS, ...COUNTS.map(withDeployments)];

export const SCENARIOS: readonly Scenario[] = [
	{ name: 'small request', load: { kind: 'http', target: '/', connections: 32 } },
	{
		name: 'small request, bare heads',
		load: { kind: 'http', target: '/bare', connections: 32, head: 'bare' },
	},
	{ name: 'megabyte download', load: { kind: 'http', target: '/megabyte', connections: 8 }, megabytes: 1 },
	{ name: 'websocket round trip', load: { kind: 'websocket', target: '/ws', connections: 32 } },
	{
		name: 'pinned request, 1 to 100 deployments',
		load: { kind: 'http', target: '/?pulse_deployment=v1', connections: 32 },
		peers: COUNTS.map(withDeployments),
	},
	{
		// The fuller a worker, the more it finds at each waking, and the less each request costs: nginx shows how much of it is that.
		name: 'small request, 1 and 2 workers',
		load: { kind: 'http', target: '/', connections: 32 },
		peers: ['nginx', NGINX_TWO_WORKERS, ROUTER, TWO_WORKERS],
	},
];

export const IDLE_SOCKETS = 2_000;
