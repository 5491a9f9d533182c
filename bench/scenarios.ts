import type { LoadRequest } from './load.ts';

export interface Scenario {
	readonly name: string;
	readonly load: Pick<LoadRequest, 'kind' | 'target' | 'connections'> &
		Partial<Pick<LoadRequest, 'head' | 'lines' | 'timed'>>;
	/** Names of the peers that take part; absent: all but the variants. */
	readonly peers?: readonly string[];
	/** In place of `peers`: rows that differ in more than who is asked. */
	readonly rows?: readonly ScenarioRow[];
	/** What one operation moves, in MB: CPU is then given for each MB. */
	readonly megabytes?: number;
}

export interface ScenarioRow {
	readonly name: string;
	readonly peer: string;
}

export const ROUTER = 'router';
export const CONTAINER = 'router container app';
export const TWO_WORKERS = 'router 2 workers';
export const NGINX_TWO_WORKERS = 'nginx 2 workers';
export const withDeployments = (count: number) => `router ${count} deployments`;
const COUNTS = [1, 10, 100];

/** The router and nginx in other arrangements, beside their plain selves. */
export const VARIANTS = [NGINX_TWO_WORKERS, TWO_WORKERS, CONTAINER, ...COUNTS.map(withDeployments)];

const SESSION = 'pulse.sid=0123456789abcdef0123456789abcdef; theme=dark; consent=1';
const PIN = 'pulse_deployment=v1';
const OF_TAB = `Cookie: ${SESSION}; pulse_page=v1`;
const BOTH: readonly ScenarioRow[] = [
	{ name: 'Pulse', peer: ROUTER },
	{ name: 'container', peer: CONTAINER },
];

/** What Chromium says when it goes somewhere. */
const DOCUMENT = [
	'Sec-Fetch-Site: same-origin',
	'Sec-Fetch-Mode: navigate',
	'Sec-Fetch-User: ?1',
	'Sec-Fetch-Dest: document',
	'Upgrade-Insecure-Requests: 1',
	'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
	`Cookie: ${SESSION}`,
];

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
		// What the edge's rules for container apps cost (contract C1): goal 1.05, each beside the same request of a Pulse app,
		// byte for byte. The second row is the first once more: what a difference here means nothing.
		name: 'container app, part of a page',
		load: { kind: 'http', target: '/', connections: 32 },
		rows: [
			{ name: 'Pulse', peer: ROUTER },
			{ name: 'Pulse, once more', peer: ROUTER },
			{ name: 'container', peer: CONTAINER },
		],
	},
	{
		// As the tabs of a container app ask: with the cookie, whatever else names the version.
		name: 'container app, part by cookie',
		load: { kind: 'http', target: '/', connections: 32, lines: [OF_TAB] },
		rows: BOTH,
	},
	{
		name: 'container app, part pinned by query',
		load: { kind: 'http', target: `/?${PIN}`, connections: 32, lines: [OF_TAB] },
		rows: BOTH,
	},
	{
		name: 'container app, part pinned by header',
		load: { kind: 'http', target: '/', connections: 32, lines: ['x-pulse-deployment: v1', OF_TAB] },
		rows: BOTH,
	},
	{
		// Goal 2.
		name: 'container app, document of 30 KB',
		load: { kind: 'http', target: '/page', connections: 16, lines: DOCUMENT },
		rows: BOTH,
	},
	...['/long', '/long?gzip'].map(
		(target): Scenario => ({
			// Goal: at most 2 ms behind the Pulse app's.
			name: `container app, first byte of a document of 10 MB in 1,000 chunks${target.includes('gzip') ? ', gzipped' : ''}`,
			load: { kind: 'http', target, connections: 1, lines: DOCUMENT, timed: 'first-byte' },
			rows: [...BOTH, { name: 'nginx, no rules', peer: 'nginx' }],
			megabytes: 10,
		}),
	),
	{
		// The fuller a worker, the more it finds at each waking, and the less each request costs: nginx shows how much of it is that.
		name: 'small request, 1 and 2 workers',
		load: { kind: 'http', target: '/', connections: 32 },
		peers: ['nginx', NGINX_TWO_WORKERS, ROUTER, TWO_WORKERS],
	},
];

/** What each open connection holds of memory. */
export const HELD: readonly Scenario[] = [
	{ name: 'idle sockets', load: { kind: 'idle-websockets', target: '/ws', connections: 2_000 } },
	...['gzip', 'br'].map(
		(coding): Scenario => ({
			// Of the edge's 64 MB for them, a part.
			name: `unread pages of 10 MB, ${coding}`,
			load: {
				...{ kind: 'unread-http', target: `/long?${coding}`, connections: 60 },
				lines: [...DOCUMENT, `Accept-Encoding: ${coding}`],
			},
			rows: BOTH,
		}),
	),
];
